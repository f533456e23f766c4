package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An event that ends the process is found out, and nobody else is taken for it. */
@Timeout(300)
@ExtendWith(StackExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeadlyEventTest {

    private static final int ENTITIES = 40;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;
    private Tables tables;
    private SluiceProcess sluice;

    @BeforeEach
    void makeTable(Stack stack) throws Exception {
        tables = new Tables(stack.postgres());
        tables.execute("CREATE TABLE IF NOT EXISTS survivors (id bigint GENERATED ALWAYS AS IDENTITY, event_id text, "
                + "entity text, sequence bigint)");
        tables.execute("TRUNCATE survivors");
        sluice = new SluiceProcess(folder.resolve("node"), stack);
    }

    @AfterEach
    void end() throws Exception {
        sluice.end();
    }

    /** After the other, whose events its group reads too. One of few records runs alone at once; one of many is among suspects first, which costs one death more. */
    @Test
    @Order(2)
    void shouldBePoisonAfterItHasKilledAndTakeNoNeighbourWithIt(Stack stack) throws Exception {
        Path config = subscription("deadly-group", 0);
        start(config);
        publish(stack, 6_000, 3_000);

        int deaths = restartUntilItLives(config);

        assertThat(deaths).as("without a trial, among suspects, and twice alone").isEqualTo(4);
        sluice.awaitNoLag(Duration.ofSeconds(60));
        assertThat(survivors()).isEqualTo(5_999);
        assertThat(tables.count("(SELECT DISTINCT event_id FROM survivors) AS one")).isEqualTo(5_999 + 120);
        await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("dead_letters") == 1);
        assertThat(tables.count("dead_letters WHERE topic = 'dlq.poison' "
                + "AND error_message LIKE '%processes died%'")).isEqualTo(1);
        assertThat(tables.count("(SELECT sequence - lag(sequence) OVER (PARTITION BY entity ORDER BY id) AS step "
                + "FROM survivors WHERE event_id LIKE 'd6000-%') AS steps WHERE step < 1")).isZero();
        await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("trials") == 0);
    }

    @Test
    @Order(1)
    void shouldConvictNobodyWhenTheProcessIsKilledAtRandom(Stack stack) throws Exception {
        Path config = subscription("killed-group", 100);
        start(config);
        publish(stack, 120, -1);
        for (int kill = 0; kill < 3; kill++) {
            long before = tables.count("survivors");
            await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("survivors") > before + 2);
            sluice.kill();
            start(config);
        }

        await().atMost(Duration.ofSeconds(180)).until(() -> tables.count("survivors") >= 120);
        await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("trials") == 0);
        assertThat(tables.count("survivors")).isEqualTo(120);
        assertThat(tables.count("(SELECT DISTINCT event_id FROM survivors) AS one")).isEqualTo(120);
        assertThat(tables.count("processed_events WHERE consumer_group = 'killed-group' AND outcome = 'applied'")).isEqualTo(120);
    }

    private long survivors() throws Exception {
        return tables.count("survivors WHERE event_id LIKE 'd6000-%'");
    }

    private void start(Path config) throws Exception {
        sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
    }

    /** As a supervisor does. */
    private int restartUntilItLives(Path config) throws Exception {
        int deaths = 0;
        while (true) {
            await().atMost(Duration.ofSeconds(60)).until(() -> !sluice.isRunning() || survivors() == 5_999);
            if (sluice.isRunning()) {
                return deaths;
            }
            assertThat(++deaths).isLessThan(8);
            start(config);
        }
    }

    private Path subscription(String group, int millis) throws Exception {
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: %s, topic: events, handler: deadly, ordering: key, sequences: none, pressure: ignored, settings: {millis: %d}}
                """.formatted(group, millis));
        return config;
    }

    private static void publish(Stack stack, int events, int deadly) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                stack.kafka().bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < events; i++) {
                producer.send(new ProducerRecord<>("events", "case:" + i % ENTITIES, """
                        {"eventId": "d%d-%d", "entityType": "case", "entityId": "%d", "sequence": %d, "type": "%s", "data": {}}"""
                        .formatted(events, i, i % ENTITIES, i / ENTITIES + 1, i == deadly ? "deadly" : "step")));
            }
        }
    }
}
