package dev.sluice.event;

import dev.sluice.api.Event;
import dev.sluice.api.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class EventDecoderTest {

    private static final Instant ACCEPTED = Instant.parse("2026-03-01T12:00:00Z");
    private final EventDecoder decoder = new EventDecoder();

    @Test
    void shouldReadACloudEventInBinaryMode() {
        Event event = read(record("events", "case:9", "{\"a\":1}", Map.of("ce_id", "7", "ce_source", "/s", "ce_type", "opened",
                "ce_subject", "case:9", "ce_sequence", "10", "ce_time", "2026-01-01T00:00:00+01:00", "ce_extra", "x",
                "content-type", "application/json")));

        assertThat(event.id()).isEqualTo("/s 7");
        assertThat(event.type()).isEqualTo("opened");
        assertThat(event.entity().orElseThrow().text()).isEqualTo("case:9");
        assertThat(event.sequence()).hasValue(10);
        assertThat(event.time()).contains(Instant.parse("2025-12-31T23:00:00Z"));
        assertThat(event.data()).asString().isEqualTo("{\"a\":1}");
        assertThat(event.origin()).isEqualTo(new Origin("events", 3, 5, ACCEPTED));
        assertThat(event.attempt()).isEqualTo(1);
        assertThat(event.attributes()).containsEntry("extra", "x");
    }

    @Test
    void shouldLeaveDataThatIsNotJsonAsItIs() {
        Event event = read(record("events", "case:9", "{no json", Map.of("ce_id", "7", "ce_source", "/s", "content-type",
                "text/plain")));

        assertThat(event.contentType()).isEqualTo("text/plain");
        assertThat(event.data()).asString().isEqualTo("{no json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "{\"eventId\":\"e1\",\"entityType\":\"case\",\"entityId\":\"9\",\"sequence\":3,\"type\":\"t\",\"data\":{\"a\":1}} | - | e1 | case:9 | 3 | {\"a\":1}",
            "{\"entityType\":\"case\",\"entityId\":9,\"sequence\":\"3\",\"type\":\"t\",\"data\":1} | - | case:9:3 | case:9 | 3 | 1",
            "{\"_meta\":{\"idempotencyKey\":\"k\"},\"n\":1} | case:9 | k | case:9 | - | {\"_meta\":{\"idempotencyKey\":\"k\"},\"n\":1}",
            "{\"sequence\":4} | case:9 | case:9:4 | case:9 | 4 | {\"sequence\":4}",
            "{\"eventId\":\"\",\"sequence\":4} | case:9 | case:9:4 | case:9 | 4 | {\"eventId\":\"\",\"sequence\":4}",
            "{\"eventId\":17,\"sequence\":-1} | nobody | 17 | - | - | {\"eventId\":17,\"sequence\":-1}"})
    void shouldReadPlainJson(String value, String key, String id, String entity, Long sequence, String data) {
        Event event = read(record("events", key, value, Map.of()));

        assertThat(event.id()).isEqualTo(id);
        assertThat(event.entity().map(Object::toString).orElse(null)).isEqualTo(entity);
        assertThat(event.sequence().isPresent() ? event.sequence().getAsLong() : null).isEqualTo(sequence);
        assertThat(event.data()).asString().isEqualTo(data);
    }

    /** A number or a text: the same sequences. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"0, 0", "1, 1", "2147483648, 2147483648", "9223372036854775807, 9223372036854775807",
            "9223372036854775808, -", "99999999999999999999999, -", "1.0, -", "1e3, -", "-3, -", "true, -", "{}, -"})
    void shouldTakeForASequenceWhatIsAWholeNumber(String number, Long sequence) {
        for (String written : List.of(number, "\"" + number + "\"")) {
            OptionalLong read = read(record("events", "case:9", "{\"sequence\":" + written + "}", Map.of())).sequence();
            assertThat(read.isPresent() ? read.getAsLong() : null).as(written).isEqualTo(sequence);
        }
    }

    @Test
    void shouldFindAFieldThatIsThereTwiceAmongMany() {
        String many = IntStream.range(0, 20).mapToObj(i -> "\"n" + i + "\":" + i).collect(Collectors.joining(","));

        assertThat(read(record("events", "case:9", "{" + many + ",\"sequence\":1}", Map.of())).sequence()).hasValue(1);
        for (String twice : List.of("n0", "n7", "n8", "n19", "sequence")) {
            Decoded decoded = decoder.decode(record("events", "case:9", "{\"sequence\":1," + many + ",\"" + twice + "\":2}", Map.of()), "id");
            assertThat(decoded).as(twice).isInstanceOf(Decoded.Undecodable.class);
        }
    }

    /** Byte for byte, whatever it is and wherever it stands. */
    @ParameterizedTest
    @ValueSource(strings = {"{ \"a\" : [1, {\"b\": \"}\"}] }", "[ ]", "\"a \\\" \u00e9 \\u00e9\"", "-1.50e3", "17", "true", "null"})
    void shouldHandOnDataAsItWasSent(String data) {
        for (String body : List.of("{\"type\":\"t\",\"data\":" + data + "}", "{ \"data\" : " + data + " , \"type\" : \"t\" }",
                "\ufeff{\"data\":" + data + ",\"other\":{\"data\":2},\"type\":\"t\"}")) {
            assertThat(read(record("events", "case:9", body, Map.of())).data()).asString(StandardCharsets.UTF_8).isEqualTo(data);
        }
    }

    @Test
    void shouldReadJsonInUtf16() {
        byte[] body = "{\"eventId\":\"e\",\"type\":\"t\",\"data\":{\"a\":[1]}}".getBytes(StandardCharsets.UTF_16LE);
        Event event = read(new RawRecord("events", 3, 5, 0, null, body, List.of()));

        assertThat(event.id()).isEqualTo("e");
        assertThat(event.data()).asString().isEqualTo("{\"a\":[1]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {"{no json | no JSON: a fault at byte", "[1] | JSON but no object",
            "17 | JSON but no object", "{} {} | more follows after its end", "{\"a\":1,\"a\":2} | no JSON: a fault at byte",
            "{\"_meta\":{\"idempotencyKey\":\"a\",\"idempotencyKey\":\"b\"}} | no JSON: a fault at byte", "- | no value"})
    void shouldSayWhyARecordCanNotBeRead(String value, String reason) {
        Decoded decoded = decoder.decode(record("events", "case:9", value, Map.of()), "topic-id");

        assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
        assertThat(((Decoded.Undecodable) decoded).reason()).contains(reason);
        assertThat(decoded.eventId()).startsWith("sha256:");
    }

    @Test
    void shouldNotReadACloudEventWhoseJsonIsNone() {
        Decoded decoded = decoder.decode(record("events", "case:9", "{\"a\":", Map.of("ce_id", "7", "ce_source", "/s")), "t");

        assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
        assertThat(decoded.eventId()).isEqualTo("/s 7");
    }

    @ParameterizedTest
    @CsvSource({"event-id, h1", "idempotency-key, h2"})
    void shouldTakeTheIdentityFromAHeader(String header, String value) {
        assertThat(read(record("events", "case:9", "{\"eventId\":\"b\"}", Map.of(header, value))).id()).isEqualTo(value);
    }

    @Test
    void shouldTrustAMovedIdentityOnARetryTopicOnly() {
        Map<String, String> moved = Map.of("x-event-identity", "first", "x-retry-count", "2", "x-original-topic", "events",
                "x-original-partition", "1", "x-original-offset", "77", "ce_id", "7", "ce_source", "/s");
        Event retry = read(record("events.retry", "case:9", "{}", moved));
        Event forged = read(record("events", "case:9", "{}", moved));

        assertThat(retry.id()).isEqualTo("first");
        assertThat(retry.attempt()).isEqualTo(3);
        assertThat(retry.origin()).isEqualTo(new Origin("events", 1, 77, ACCEPTED));
        assertThat(forged.id()).isEqualTo("/s 7");
        assertThat(forged.attempt()).isEqualTo(1);
    }

    @Test
    void shouldNameARecordWithoutIdentityByItsPlace() {
        String here = read(record("events", null, "{}", Map.of())).id();

        assertThat(read(record("events", null, "{\"other\":1}", Map.of())).id()).isEqualTo(here);
        assertThat(decoder.decode(record("events", null, "{}", Map.of()), "another topic of that name").eventId())
                .isNotEqualTo(here);
    }

    private Event read(RawRecord record) {
        Decoded decoded = decoder.decode(record, "topic-id");
        assertThat(decoded).isInstanceOf(Decoded.Readable.class);
        return ((Decoded.Readable) decoded).event();
    }

    private static RawRecord record(String topic, String key, String value, Map<String, String> headers) {
        List<RawRecord.Header> list = new ArrayList<>();
        headers.forEach((name, text) -> list.add(RawRecord.Header.of(name, text)));
        return new RawRecord(topic, 3, 5, ACCEPTED.toEpochMilli(), bytes(key), bytes(value), list);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
