package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * 2,000 retries a second, of all four delays mixed, as the router writes them: how late each is delivered. Its bound
 * needs a quiet machine: {@code mvn -pl testing -am test -Dtest=RetryTimingTest -Dtests.left-out=none}.
 */
@Tag("long")
@Timeout(300)
@ExtendWith(StackExtension.class)
class RetryTimingTest {

    private static final int PER_SECOND = 2_000;
    private static final int SECONDS = Integer.getInteger("timing.seconds", 30);
    /** What the contract allows at the 99th percentile. */
    private static final long ALLOWED_MILLIS = 250;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private record Due(String event, long dueMillis) {
    }

    @Test
    void shouldDeliverWhenDueAlsoAfterARestart(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        tables.execute("CREATE TABLE stamps (event_id text, kind text, attempt integer, delivered bigint, record_time bigint)");
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: timing, topic: events, handler: stamping, ordering: key, sequences: none, retries: relaxed, pressure: ignored, settings: {}}
                """);
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack);
        try {
            sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
            List<Due> dues = publish(stack, SECONDS);
            await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("stamps") == dues.size());
            Quantiles steady = lateness(stack, dues, 0);

            List<Due> later = publish(stack, 5);
            assertThat(sluice.stop()).isZero();
            sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
            long back = System.currentTimeMillis() + 2_000;
            await().atMost(Duration.ofSeconds(60)).until(() -> tables.count("stamps") == dues.size() + later.size());
            Quantiles restarted = lateness(stack, later, back);

            System.out.println("retries delivered after they were due: " + steady + "; after a restart: " + restarted);
            assertThat(steady.at(0)).as("none too early").isNotNegative();
            assertThat(restarted.at(0)).as("none too early").isNotNegative();
            assertThat(steady.at(0.99)).isLessThanOrEqualTo(ALLOWED_MILLIS);
            assertThat(restarted.at(0.99)).isLessThanOrEqualTo(ALLOWED_MILLIS);
        } finally {
            sluice.end();
        }
    }

    /** At the rate, in the partitions of their delays. */
    private static List<Due> publish(Stack stack, int seconds) {
        List<Due> dues = new ArrayList<>();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                stack.kafka().bootstrapServers(), "linger.ms", "5"), new StringSerializer(), new StringSerializer())) {
            long start = System.nanoTime();
            for (int i = 0; i < seconds * PER_SECOND; i++) {
                long wait = start + i * 1_000_000_000L / PER_SECOND - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
                int retry = i % 4 + 1;
                Instant due = Instant.now().plusSeconds(1L << retry).truncatedTo(ChronoUnit.MILLIS);
                String id = UUID.randomUUID().toString();
                ProducerRecord<String, String> record = new ProducerRecord<>("events.retry", retry - 1 + 4 * (i / 4 % 6),
                        "case:" + i, "{}");
                Map.of("ce_id", id, "ce_source", "test", "ce_type", "step", "ce_subject", "case:" + i,
                        "x-event-identity", "test " + id, "x-original-group", "timing", "x-original-topic", "events",
                        "x-retry-count", Integer.toString(retry), "x-retry-after", due.toString())
                        .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                producer.send(record);
                dues.add(new Due("test " + id, due.toEpochMilli()));
            }
        }
        return dues;
    }

    /** @param notBefore what was due earlier does not count: nobody was there */
    private static Quantiles lateness(Stack stack, List<Due> dues, long notBefore) throws Exception {
        Map<String, Long> delivered = new java.util.HashMap<>();
        try (Connection connection = stack.postgres().connect();
             ResultSet rows = connection.createStatement().executeQuery("SELECT event_id, delivered FROM stamps")) {
            while (rows.next()) {
                delivered.put(rows.getString(1), rows.getLong(2));
            }
        }
        List<Long> late = dues.stream().filter(due -> due.dueMillis() >= notBefore)
                .map(due -> delivered.get(due.event()) - due.dueMillis()).toList();
        assertThat(late).isNotEmpty();
        return Quantiles.of(late);
    }
}
