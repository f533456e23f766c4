package dev.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.operations.NodeFile;
import dev.sluice.testing.observe.Dashboards;
import dev.sluice.testing.observe.IncidentPlots;
import dev.sluice.testing.observe.PrometheusProcess;
import dev.sluice.testing.observe.Promtool;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus watches two nodes under load: each panel of each dashboard has data, and the alerts of a poison
 * flood, a frozen consumer and a slow database fire and resolve.
 */
@Tag("long")
@Timeout(540)
@ExtendWith(StackExtension.class)
class WatchedIncidentTest {

    private static final Duration SOON = Duration.ofSeconds(150);

    @TempDir
    private Path folder;

    @Test
    void shouldShowAllPanelsAndFireAndResolve(Stack stack) throws Exception {
        Assumptions.assumeTrue(Promtool.isInstalled("prometheus"), "prometheus is not installed (Debian: package prometheus)");
        HttpServer hiccups = hiccups();
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                lag: {interval: 1s}
                consumer:
                  subscriptions:
                    - {group: entity-state, topic: events, handler: entity-state, ordering: key, sequences: latest-wins, pressure: counts}
                    - {group: audit, topic: events, handler: audit, ordering: key, sequences: none, pressure: counts}
                    - {group: push, topic: events, handler: http, ordering: unordered, sequences: none, pressure: ignored,
                       settings: {url: "http://127.0.0.1:%d/"}}
                """.formatted(hiccups.getAddress().getPort()));
        SluiceProcess watch = new SluiceProcess(folder.resolve("watch"), stack, "node.name=watch");
        SluiceProcess work = new SluiceProcess(folder.resolve("work"), stack, "node.name=work");
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), "watched", 90_000, 2_000, 7);
        try {
            watch.start("--run", "gateway,lag-monitor", "--config", config.toString());
            work.start("--run", "consumer,dlq-router", "--config", config.toString());
            try (PrometheusProcess prometheus = new PrometheusProcess(folder, List.of(port("watch"), port("work")))) {
                IncidentPlots plots = new IncidentPlots();
                watch.begin("publish", log.file().toString(), "--json", "--rate", "200");
                writeTroubles(stack.kafka().bootstrapServers());
                everyPanelHasData(prometheus);
                await().atMost(SOON).until(() -> !prometheus.firing("PoisonFlood").isEmpty());
                plots.band(0, "poison");
                double frozen = plots.seconds();
                freeze(prometheus);
                plots.band(frozen, "frozen consumer");
                double slow = plots.seconds();
                slowDatabase(prometheus, stack);
                plots.band(slow, "locked table");
                System.out.println("drawn: " + plots.write(prometheus));
            }
        } finally {
            work.end();
            watch.end();
            hiccups.stop(0);
        }
    }

    private static void everyPanelHasData(PrometheusProcess prometheus) throws Exception {
        List<Dashboards.Query> open = new ArrayList<>(Dashboards.queries());
        int all = open.size();
        await().atMost(SOON).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            List<Dashboards.Query> answered = new ArrayList<>();
            for (Dashboards.Query query : open) {
                if (!prometheus.query(query.expr()).isEmpty()) {
                    answered.add(query);
                }
            }
            open.removeAll(answered);
            assertThat(open).as("queries without data, of %d", all).isEmpty();
        });
        System.out.println("panels' queries with data: " + all + " of " + all);
    }

    /** The frozen process still owns its partitions for a while; then nobody does. */
    private void freeze(PrometheusProcess prometheus) throws Exception {
        long pid = node("work").pid();
        long frozen = System.nanoTime();
        signal("STOP", pid);
        try {
            await().atMost(SOON).until(() -> !frozenAlerts(prometheus).isEmpty());
            System.out.printf("a frozen consumer was told after %d s: %s%n", (System.nanoTime() - frozen) / 1_000_000_000,
                    frozenAlerts(prometheus).get(0).path("metric").path("alertname").asText());
        } finally {
            signal("CONT", pid);
        }
        await().atMost(SOON).until(() -> frozenAlerts(prometheus).isEmpty());
    }

    private static List<JsonNode> frozenAlerts(PrometheusProcess prometheus) throws Exception {
        List<JsonNode> alerts = new ArrayList<>(prometheus.firing("PartitionStalled"));
        alerts.addAll(prometheus.firing("PartitionStopped"));
        return alerts;
    }

    private static void slowDatabase(PrometheusProcess prometheus, Stack stack) throws Exception {
        try (Connection blocker = DriverManager.getConnection("jdbc:postgresql://" + stack.postgres().host() + ":"
                + stack.postgres().port() + "/" + stack.postgres().database(), stack.postgres().user(), stack.postgres().password())) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE");
            await().atMost(Duration.ofSeconds(200)).until(() -> !prometheus.firing("DownstreamSlow").isEmpty());
            blocker.rollback();
        }
        await().atMost(SOON).until(() -> prometheus.firing("DownstreamSlow").isEmpty());
    }

    /** Repeats that the gateway did not see, bytes that nobody can read, and events without an entity. */
    private static void writeTroubles(String kafka) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", kafka),
                new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 200; i++) {
                String event = "{\"eventId\":\"twice-" + i / 2 + "\",\"type\":\"t\",\"entityType\":\"e\",\"entityId\":\"" + i / 2
                        + "\",\"sequence\":1,\"data\":{}}";
                producer.send(new ProducerRecord<>("events", "e:" + i / 2, event)).get();
            }
            for (int i = 0; i < 15; i++) {
                producer.send(new ProducerRecord<>("events", "broken", "{broken " + i)).get();
                producer.send(new ProducerRecord<>("events", null, "{\"eventId\":\"nobody-" + i + "\",\"type\":\"t\",\"data\":{}}")).get();
            }
        }
    }

    /** Refuses one request in fifty. */
    private static HttpServer hiccups() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(requests.incrementAndGet() % 50 == 0 ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private NodeFile node(String name) throws Exception {
        return NodeFile.read(folder.resolve(name)).orElseThrow();
    }

    private int port(String name) throws Exception {
        return URI.create(node(name).operations()).getPort();
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start().waitFor()).isZero();
    }
}
