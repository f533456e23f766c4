package dev.sluice.gateway;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever bytes they are given: the readers refuse it, or what comes out is whole. They never throw. */
class ReadersPropertyTest {

    private static final int MAX_DATA = 256;
    private static final List<String> SAMPLES = List.of(
            Events.cloudEvent("1", "order:17", 1, "{\"amount\":\"9.50\",\"list\":[1,2.5e3,null,true,\"\\u00e9é\"]}"),
            "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/a\",\"type\":\"t\",\"datacontenttype\":\"text/plain\",\"data\":\"x\"}",
            "{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"/a\",\"type\":\"t\",\"data_base64\":\"AAECAw==\"}",
            "{\"type\":\"t\",\"eventId\":\"4\",\"entityType\":\"e\",\"entityId\":\"%:\",\"sequence\":9,\"time\":\"2026-01-02T03:04:05Z\",\"data\":[]}",
            "{\"_meta\":{\"idempotencyKey\":\"5\",\"x\":{}},\"type\":\"t\",\"data\":\"" + "x".repeat(MAX_DATA) + "\"}");

    private final EventReader reader = new EventReader(MAX_DATA, () -> 0L);

    @Property(tries = 5_000)
    void shouldRefuseOrTakeAnEventWhole(@ForAll long seed, @ForAll("samples") String sample, @ForAll("samples") String other) {
        byte[] bytes = spoilt(seed, sample, other);

        assertRefusedOrWhole(reader.read(bytes, 0, bytes.length, "somebody", null));
    }

    @Property(tries = 1_500)
    void shouldRefuseOrTakeEachEventOfABatchWhole(@ForAll long seed, @ForAll("samples") String sample, @ForAll("samples") String other) {
        byte[] bytes = spoilt(seed, "[" + sample + "," + other + "]", "[" + other + "]");

        if (new BatchReader(reader).read(bytes, "somebody") instanceof BatchReader.Batch.Readings readings) {
            readings.events().forEach(ReadersPropertyTest::assertRefusedOrWhole);
        }
    }

    private static byte[] spoilt(long seed, String sample, String other) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        return Mutation.some(sample.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8), random);
    }

    private static void assertRefusedOrWhole(Reading reading) {
        if (!(reading instanceof Reading.Valid valid)) {
            assertThat(((Reading.Refused) reading).problem().status()).isBetween(400, 422);
            return;
        }
        IncomingEvent event = valid.event();
        assertThat(Attributes.faultOf(event.attributes())).isNull();
        assertThat(event.attributes()).doesNotContainKeys("data", "data_base64", "datacontenttype");
        assertThat(event.data() == null ? 0 : event.data().length).isLessThanOrEqualTo(MAX_DATA);
        if (MediaType.isJson(event.contentType()) && event.data() != null) {
            assertThat(JsonText.faultOf(event.data())).as(new String(event.data(), StandardCharsets.UTF_8)).isNull();
        }
    }

    @Provide
    Arbitrary<String> samples() {
        return Arbitraries.of(SAMPLES);
    }
}
