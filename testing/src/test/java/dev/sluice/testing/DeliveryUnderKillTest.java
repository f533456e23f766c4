package dev.sluice.testing;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Three ways of delivery over the same events, while the process is killed again and again. */
@Tag("long")
@Timeout(240)
@ExtendWith(StackExtension.class)
class DeliveryUnderKillTest {

    private static final int EVENTS = 90;
    private static final int ENTITIES = 10;
    private static final int KILLS = 3;

    @TempDir
    private Path folder;

    @Test
    void shouldKeepWhatEachPromises(Stack stack) throws Exception {
        Tables tables = new Tables(stack.postgres());
        tables.execute("CREATE TABLE IF NOT EXISTS survivors (id bigint GENERATED ALWAYS AS IDENTITY, event_id text, "
                + "entity text, sequence bigint)");
        tables.execute("TRUNCATE survivors");
        Queue<String> pushed = new ConcurrentLinkedQueue<>();
        HttpServer target = listen(pushed);
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack);
        Path config = subscriptions(target.getAddress().getPort());
        try {
            sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
            publish(stack);
            for (int kill = 0; kill < KILLS; kill++) {
                long before = tables.count("survivors");
                await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
                        .until(() -> tables.count("survivors") > before + 2);
                sluice.kill();
                assertThat(tables.count("survivors")).as("in the middle").isLessThan(EVENTS);
                sluice.start("--run", "consumer,dlq-router,lag-monitor", "--config", config.toString());
            }
            sluice.awaitNoLag(Duration.ofSeconds(90));
        } finally {
            sluice.end();
            target.stop(0);
        }
        long once = tables.count("survivors");
        System.out.printf("%d kills: at most once lost %d of %d, at least once pushed %d again, exactly once wrote %d%n", KILLS,
                EVENTS - once, EVENTS, pushed.size() - Set.copyOf(pushed).size(), tables.count("audit_log"));
        assertThat(tables.count("(SELECT DISTINCT event_id FROM survivors) AS one")).as("at most once").isEqualTo(once);
        assertThat(once).isBetween((long) EVENTS / 2, (long) EVENTS);
        assertThat(Set.copyOf(pushed)).as("at least once").hasSize(EVENTS);
        assertThat(tables.count("audit_log")).as("exactly once").isEqualTo(EVENTS);
        assertThat(tables.count("dead_letters")).isZero();
    }

    private static HttpServer listen(Queue<String> pushed) throws Exception {
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            pushed.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        target.start();
        return target;
    }

    private Path subscriptions(int port) throws Exception {
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                consumer:
                  max-batch: 4
                  subscriptions:
                    - {group: most, topic: events, handler: deadly, delivery: at-most-once, pressure: ignored, settings: {millis: 100}}
                    - {group: least, topic: events, handler: http, delivery: at-least-once, pressure: ignored,
                       settings: {url: "http://127.0.0.1:%d/", max-concurrency: 1}}
                    - {group: exactly, topic: events, handler: audit, delivery: exactly-once, pressure: ignored}
                """.formatted(port));
        return config;
    }

    private static void publish(Stack stack) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                stack.kafka().bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < EVENTS; i++) {
                producer.send(new ProducerRecord<>("events", "case:" + i % ENTITIES, """
                        {"eventId": "m-%d", "entityType": "case", "entityId": "%d", "sequence": %d, "type": "step", "data": {}}"""
                        .formatted(i, i % ENTITIES, i / ENTITIES + 1)));
            }
        }
    }
}
