package dev.sluice.event;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever stands in a record: it is decoded, or it is said what is wrong; it has an identity; nothing throws. */
class EventDecoderPropertyTest {

    private static final String[] NAMES = {"ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_sequence",
            "ce_datacontenttype", "content-type", "event-id", "idempotency-key", "x-event-identity", "x-retry-count",
            "x-retry-after", "x-original-group", "x-original-topic", "x-original-partition", "x-original-offset", "", "ce_"};
    private static final String[] TEXTS = {"", " ", "1", "-1", "9223372036854775808", "order:17", "a:b:c", ":", "%3", "%3A:%25",
            "application/json", "application/cloudevents+json; charset=x", "text/plain", "2026-01-31T08:00:00Z", "yesterday",
            "\0", "\uFFFF", "events"};
    private static final String[] VALUES = {"{}", "[]", "null", "\"text\"", "{\"a\":1,\"a\":2}", "{} {}", "{\"eventId\":{}}",
            "{\"entityType\":\"order\",\"entityId\":17,\"sequence\":\"1\",\"type\":\"paid\",\"data\":null}",
            "{\"_meta\":[],\"sequence\":1e400}", "{\"_meta\":{\"idempotencyKey\":\"k\"},\"time\":1}", "{\"sequence\":1.0}",
            "\uFEFF{}", "{\"entityType\":\":\",\"entityId\":\"%\"}", "{\"data\":1", "NaN", " "};

    private final EventDecoder decoder = new EventDecoder();

    @Property(tries = 3_000)
    void shouldDecodeOrNameTheFault(@ForAll("records") RawRecord record) {
        check(record);
    }

    /** What was found once stays tried. */
    @Property(tries = 200)
    void shouldDecodeOrNameTheFaultOfTheCorpus(@ForAll("corpus") byte[] value, @ForAll("headers") List<RawRecord.Header> headers) {
        check(new RawRecord("events", 0, 1, 0, null, value, headers));
        check(new RawRecord("events.retry", 0, 1, -1, value, value, headers));
    }

    private void check(RawRecord record) {
        Decoded decoded = decoder.decode(record, "topic id");

        assertThat(decoded.eventId()).isNotEmpty();
        assertThat(decoder.decode(record, "topic id").eventId()).isEqualTo(decoded.eventId());
        if (decoded instanceof Decoded.Undecodable undecodable) {
            assertThat(undecodable.reason()).isNotBlank();
        } else {
            Decoded.Readable readable = (Decoded.Readable) decoded;
            assertThat(readable.event().attempt()).isBetween(1, 1_001);
            assertThat(readable.event().origin().partition()).isNotNegative();
        }
    }

    /** Two records without any name of their own are two events, even with the same content. */
    @Property(tries = 500)
    void shouldNeverMakeTwoPlacesOneEvent(@ForAll byte[] value, @ForAll long offset) {
        long place = offset & Long.MAX_VALUE >> 1;
        RawRecord one = new RawRecord("events", 0, place, 0, null, value, List.of());
        RawRecord other = new RawRecord("events", 0, place + 1, 0, null, value, List.of());
        boolean named = decoder.decode(one, "id").eventId().equals(decoder.decode(other, "id").eventId());

        assertThat(named).as("no identity in random bytes").isFalse();
    }

    @Provide
    Arbitrary<RawRecord> records() {
        Arbitrary<String> topics = Arbitraries.of("events", "events.retry");
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        Arbitrary<byte[]> values = Arbitraries.oneOf(bytes, Arbitraries.of(VALUES).map(EventDecoderPropertyTest::utf8),
                nested()).injectNull(0.05);
        Arbitrary<byte[]> keys = Arbitraries.oneOf(bytes, Arbitraries.of(TEXTS).map(EventDecoderPropertyTest::utf8)).injectNull(0.2);
        return Combinators.combine(topics, Arbitraries.longs().greaterOrEqual(0), Arbitraries.longs().between(-1, 4_000_000_000_000L),
                keys, values, headers()).as((topic, offset, time, key, value, headers) ->
                new RawRecord(topic, 3, offset, time, key, value, headers));
    }

    @Provide
    Arbitrary<List<RawRecord.Header>> headers() {
        Arbitrary<byte[]> values = Arbitraries.oneOf(Arbitraries.of(TEXTS).map(EventDecoderPropertyTest::utf8),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(12)).injectNull(0.1);
        return Combinators.combine(Arbitraries.of(NAMES), values).as(RawRecord.Header::new).list().ofMaxSize(8);
    }

    /** Brackets without end, to a depth that no reader of ours may follow on its stack. */
    private static Arbitrary<byte[]> nested() {
        return Arbitraries.integers().between(1, 60_000).map(depth -> utf8("[".repeat(depth)));
    }

    @Provide
    Arbitrary<byte[]> corpus() {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/corpus/records"))) {
            List<byte[]> all = files.sorted().map(EventDecoderPropertyTest::read).toList();
            return Arbitraries.of(all);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
