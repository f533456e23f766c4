package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Valid, flaky, refused and malformed events in one stream: each ends in exactly one place, and the letters can be sent back. */
@Timeout(600)
@ExtendWith(StackExtension.class)
class MixedFailuresTest {

    private static final int EVENTS = Integer.getInteger("mixed.events", 6_000);
    private static final int ENTITIES = 500;

    @TempDir
    private Path folder;

    @Test
    void shouldBringEachEventToOnePlaceAndHaveTheEffectOfAllOnceTheCauseIsMended(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        tables.execute("CREATE TABLE mixed (id bigint GENERATED ALWAYS AS IDENTITY, event_id text, entity text, "
                + "sequence bigint, type text)");
        tables.execute("CREATE TABLE mended (at timestamptz)");
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: mixed, topic: events, handler: mixed, ordering: key, sequences: none, pressure: ignored, settings: {}}
                """);
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack);
        try {
            sluice.start("--run", "all", "--config", config.toString());
            publish(stack);
            int malformed = count(3);
            int refused = count(2);
            int flaky = count(1);
            int effects = EVENTS - malformed - refused;

            await().atMost(Duration.ofSeconds(240)).until(() -> tables.count("mixed") + tables.count("dead_letters") == EVENTS);
            long blocked = tables.count("dead_letters WHERE error_type = 'BLOCKED_BY'"); // flaky, right behind a refused one
            assertThat(tables.count("mixed")).isEqualTo(effects - blocked);
            assertThat(tables.count("(SELECT DISTINCT event_id FROM mixed) AS one")).isEqualTo(effects - blocked);
            assertThat(tables.count("mixed WHERE type = 'flaky'")).isEqualTo(flaky - blocked);
            assertThat(tables.count("dead_letters WHERE error_type = 'POISON' AND topic = 'dlq.poison'")).isEqualTo(malformed);
            assertThat(tables.count("dead_letters WHERE error_type = 'PERMANENT' AND retry_count = 0")).isEqualTo(refused);
            assertThat(tables.count("(SELECT sequence - lag(sequence) OVER (PARTITION BY entity ORDER BY id) AS step "
                    + "FROM mixed) AS steps WHERE step < 1")).isZero();
            await().atMost(Duration.ofSeconds(30)).until(() -> tables.count("parked_events") == 0);

            tables.execute("INSERT INTO mended VALUES (now())");
            assertThat(sluice.run("dlq", "discard", "--class", "POISON", "--reason", "nobody can read them").code()).isZero();
            assertThat(sluice.run("dlq", "replay", "--all", "--reason", "account created", "--rate", "1000").code()).isZero();
            await().atMost(Duration.ofSeconds(120)).until(() -> tables.count("mixed") == effects + refused);
            sluice.awaitNoLag(Duration.ofSeconds(60));
            assertThat(tables.count("(SELECT DISTINCT event_id FROM mixed) AS one")).isEqualTo(effects + refused);
            assertThat(tables.count("dead_letters WHERE state = 'open'")).isZero();
            assertThat(tables.count("dead_letter_actions")).isPositive();
        } finally {
            sluice.end();
        }
    }

    /** Of an entity's steps some are flaky and some refused; what nobody can read has no entity. */
    private static int kind(int event) {
        return event % 53 == 7 ? 1 : event % 41 == 11 ? 2 : event % 101 == 99 ? 3 : 0;
    }

    private static int count(int kind) {
        int count = 0;
        for (int event = 0; event < EVENTS; event++) {
            count += kind(event) == kind ? 1 : 0;
        }
        return count;
    }

    private static void publish(Stack stack) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                stack.kafka().bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            for (int event = 0; event < EVENTS; event++) {
                int entity = event % ENTITIES;
                String value = """
                        {"eventId": "m%d", "entityType": "case", "entityId": "%d", "sequence": %d, "type": "%s", "data": {}}"""
                        .formatted(event, entity, event / ENTITIES + 1,
                                new String[] {"step", "flaky", "refused", "?"}[kind(event)]);
                producer.send(new ProducerRecord<>("events", "case:" + entity, kind(event) == 3 ? "{no JSON" : value));
            }
        }
    }
}
