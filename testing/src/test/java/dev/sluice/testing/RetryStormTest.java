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

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * PostgreSQL refuses one of five kinds of entity for minutes ({@code -Dstorm.seconds}, {@code -Dstorm.retries=relaxed} or
 * {@code preserving}) at {@code -Dstorm.rate} events a second: the node has 512 MiB of heap and lives, healthy events are not delayed,
 * and once the cause is mended every event has had its effect or left a letter.
 */
@Tag("long")
@Timeout(1_800)
@ExtendWith(StackExtension.class)
class RetryStormTest {

    private static final int PER_SECOND = Integer.getInteger("storm.rate", 500);
    private static final int SECONDS = Integer.getInteger("storm.seconds", 60);
    private static final String RETRIES = System.getProperty("storm.retries", "preserving");
    private static final int KINDS = 5;
    private static final int CALM_SECONDS = 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void shouldNeitherFillTheMemoryNorDelayTheHealthy(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        tables.execute("CREATE TABLE stamps (event_id text, kind text, attempt integer, delivered bigint, record_time bigint)");
        tables.execute("CREATE TABLE storm (at timestamptz)");
        tables.execute("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.kind = 'k0' AND EXISTS (SELECT FROM storm) THEN
                        RAISE EXCEPTION 'no room for this kind' USING ERRCODE = 'P0S01';
                    END IF;
                    RETURN NEW; END $$""");
        tables.execute("CREATE TRIGGER refuse BEFORE INSERT ON stamps FOR EACH ROW EXECUTE FUNCTION refuse()");
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  subscriptions:
                    - {group: storm, topic: events, handler: stamping, ordering: key, sequences: none, retries: %s, pressure: ignored, settings: {}}
                dlq:
                  rules: {sql-states: {P0S01: TRANSIENT}}
                """.formatted(RETRIES));
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack);
        try {
            sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
            long before = tables.transactions();
            long events = publish(stack, 0, CALM_SECONDS);
            long calmTransactions = tables.transactions() - before;
            long stormBegan = System.currentTimeMillis();
            tables.execute("INSERT INTO storm VALUES (now())");
            events += publish(stack, events, SECONDS);
            long published = events;
            long stormEnded = System.currentTimeMillis();
            long stormTransactions = tables.transactions() - before - calmTransactions;
            long waiting = tables.count("parked_events");
            tables.execute("DELETE FROM storm");
            await().atMost(Duration.ofSeconds(300)).pollInterval(Duration.ofSeconds(1)).until(() ->
                    tables.count("stamps") + tables.count("dead_letters") == published);

            assertThat(sluice.isRunning()).isTrue();
            assertThat(tables.count("(SELECT DISTINCT event_id FROM stamps) AS one") + tables.count("dead_letters"))
                    .isEqualTo(published);
            assertThat(tables.count("dead_letters WHERE entity NOT LIKE 'k0:%'")).isZero();
            assertThat(tables.count("stamps WHERE attempt > 1 AND kind <> 'k0'")).isZero();
            long refused = tables.count("stamps WHERE attempt > 1") + tables.count("dead_letters");
            assertThat(refused).as("the storm took place").isPositive();
            Quantiles calm = latency(stack, 0, stormBegan);
            Quantiles storm = latency(stack, stormBegan, stormEnded);
            System.out.printf("storm (%s) of %d s at %d events/s, one in %d refused: %d letters, %d waited at its end; healthy "
                            + "events before %s; during %s; transactions a second before %d, during %d; resident %s%n", RETRIES,
                    SECONDS, PER_SECOND, KINDS, tables.count("dead_letters"), waiting, calm, storm,
                    calmTransactions / CALM_SECONDS, stormTransactions / SECONDS, sluice.resident());
            assertThat(storm.at(0.5)).as("median of the healthy").isLessThan(Math.max(500, 5 * calm.at(0.5)));
            assertThat(storm.at(0.99)).as("p99 of the healthy").isLessThan(Math.max(2_000, 5 * calm.at(0.99)));
        } finally {
            sluice.end();
        }
    }

    /** @return how many */
    private static long publish(Stack stack, long first, int seconds) {
        long events = (long) seconds * PER_SECOND;
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                stack.kafka().bootstrapServers(), "linger.ms", "5"), new StringSerializer(), new StringSerializer())) {
            long start = System.nanoTime();
            for (long i = first; i < first + events; i++) {
                long wait = start + (i - first) * 1_000_000_000L / PER_SECOND - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
                String entity = "k" + i % KINDS + ":" + i / KINDS % 2_000;
                producer.send(new ProducerRecord<>("events", entity, """
                        {"eventId": "s%d", "entityType": "%s", "entityId": "%d", "sequence": %d, "type": "step", "data": {}}"""
                        .formatted(i, "k" + i % KINDS, i / KINDS % 2_000, i / KINDS / 2_000 + 1)));
            }
        }
        return events;
    }

    private static Quantiles latency(Stack stack, long from, long to) throws Exception {
        List<Long> millis = new ArrayList<>();
        try (Connection connection = stack.postgres().connect(); ResultSet rows = connection.createStatement().executeQuery(
                "SELECT delivered - record_time FROM stamps WHERE kind <> 'k0' AND record_time >= " + from
                        + " AND record_time < " + to)) {
            while (rows.next()) {
                millis.add(rows.getLong(1));
            }
        }
        return Quantiles.of(millis);
    }
}
