package dev.sluice.testing;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Events of which each meets a fate that its number decides, spread over entities whose steps they are.
 *
 * @param deadly how many of the events end the process
 */
record MixedStream(int events, int entities, int deadly) {

    /** A refused event that is too large for the retry and dead-letter topics; compressed, it gets into {@code events}. */
    static final int LARGE = 11;
    static final int LARGE_BYTES = 3 << 20;

    enum Fate { STEP, FLAKY, REFUSED, HOPELESS, MALFORMED, DEADLY }

    Fate fate(int event) {
        if (deadly > 0 && event % (events / deadly) == events / deadly / 2) {
            return Fate.DEADLY;
        }
        return event % 53 == 7 ? Fate.FLAKY : event % 41 == 11 ? Fate.REFUSED : event % 211 == 100 ? Fate.HOPELESS
                : event % 101 == 99 ? Fate.MALFORMED : Fate.STEP;
    }

    int count(Fate fate) {
        return (int) IntStream.range(0, events).filter(event -> fate(event) == fate).count();
    }

    void publish(String kafka) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", kafka,
                "compression.type", "gzip", "max.request.size", 8 << 20, "batch.size", 1 << 16),
                new StringSerializer(), new StringSerializer())) {
            for (int event = 0; event < events; event++) {
                int entity = event % entities;
                Fate fate = fate(event);
                ProducerRecord<String, String> record = new ProducerRecord<>("events", "case:" + entity,
                        fate == Fate.MALFORMED ? "{no JSON" : event == LARGE ? "{\"pad\": \"" + "x".repeat(LARGE_BYTES) + "\"}"
                                : "{}");
                Map.of("ce_specversion", "1.0", "ce_source", "test", "ce_id", "m" + event, "ce_type", fate.name().toLowerCase(),
                        "ce_subject", "case:" + entity, "ce_sequence", Integer.toString(event / entities + 1),
                        "content-type", "application/json").forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                producer.send(record);
            }
        }
    }
}
