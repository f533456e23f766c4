package dev.sluice.engine.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.config.Configuration;
import dev.sluice.engine.operations.NodeFile;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A node on a real Kafka and PostgreSQL. */
@Timeout(180)
@ExtendWith(StackExtension.class)
class DeploymentTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static RealBackends backends;

    @TempDir
    Path data;

    @BeforeAll
    static void takeRealParts(Kafka kafka, Postgres postgres) {
        backends = new RealBackends(kafka, postgres);
    }

    @Test
    void shouldStartServeAndLeaveNothing() throws Exception {
        Deployment node = node("dlq-router,lag-monitor");
        node.start();
        int port = node.operationsPort();

        assertThat(get(port, "/health/live").statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode components = JSON.readTree(get(port, "/health/ready").body()).path("components");
            assertThat(components.path("kafka").path("up").asBoolean()).isTrue();
            assertThat(components.path("postgres").path("up").asBoolean()).isTrue();
            assertThat(components.has("dlq-router-verticle")).isTrue();
        });
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(get(port, "/metrics").body()).contains(
                "pg_pool_max 5.0", "pg_pool_active 0.0", "pg_pool_waiting 0.0", "jvm_memory_used_bytes",
                "component_up{component=\"dlq-router-verticle\"} 1.0",
                "vertx_pool_in_use{pool_name=\"sluice\",pool_type=\"sql\"}"));
        assertThat(put(port, "/admin/loggers/some.logger", "{\"level\": \"debug\"}")).isEqualTo(200);
        assertThat(LoggerFactory.getLogger("some.logger").isDebugEnabled()).isTrue();
        assertThat(get(port, "/admin/loggers").body()).contains("\"some.logger\" : \"debug\"");
        assertThat(put(port, "/admin/loggers/some.logger", "{\"level\": \"loud\"}")).isEqualTo(400);
        assertThat(put(port, "/admin/loggers/some.logger", "{\"level\": \"inherit\"}")).isEqualTo(200);
        assertThat(LoggerFactory.getLogger("some.logger").isDebugEnabled()).isFalse();
        JsonNode status = JSON.readTree(get(port, "/admin/status").body());
        assertThat(status.path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
        assertThat(status.path("verticles").get(0).path("name").asText()).isEqualTo("dlq-router-verticle");
        assertThat(status.path("postgres").asText()).doesNotContain(backends.postgres().password());
        assertThat(status.path("gateway").isNull()).isTrue();
        assertThat(Files.getPosixFilePermissions(data.resolve("run/node.json")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(NodeFile.read(data)).get().extracting(NodeFile::postgres).asString().contains("sluice:" + backends.postgres().password() + "@127.0.0.1");

        assertThat(node.stop()).isTrue();

        assertThat(NodeFile.read(data)).isEmpty();
        assertThatThrownBy(() -> get(port, "/health/live")).isInstanceOf(IOException.class);
        await().atMost(Duration.ofSeconds(30)).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("vert.x-")));
    }

    @Test
    void shouldCreateTopicsAndTablesOnce() throws Exception {
        for (int start = 0; start < 2; start++) {
            Deployment node = node("lag-monitor");
            node.start();
            node.stop();
        }

        try (Admin admin = Admin.create(Map.of("bootstrap.servers", backends.kafka().bootstrapServers()))) {
            Map<String, TopicDescription> topics = admin.describeTopics(
                    List.of("events", "events.retry", "dlq.errors", "dlq.poison")).allTopicNames().get();
            assertThat(topics.values()).allMatch(topic -> topic.partitions().size() == 24);
        }
        try (Connection connection = backends.postgres().connect();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM processed_events")) {
            assertThat(rows.next()).isTrue();
        }
    }

    @Test
    void shouldRefuseADatabaseThatForgets() throws Exception {
        alterSystem("synchronous_commit = off");
        Deployment node = node("lag-monitor");
        try {
            assertThatThrownBy(node::start).isInstanceOf(StartRefused.class)
                    .hasMessageContaining("synchronous_commit = off").hasMessageContaining("--unsafe");
        } finally {
            node.stop();
            alterSystem("synchronous_commit = on");
        }
    }

    @Test
    void shouldNamePortAndSettingWhenItIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Deployment node = node("lag-monitor", "operations.port=" + taken.getLocalPort());
            assertThatThrownBy(node::start).isInstanceOf(StartRefused.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort()).hasMessageContaining("operations.port");
            node.stop();
        }
    }

    @Test
    void shouldNameWhatDoesNotAnswer() {
        Deployment withoutKafka = node("lag-monitor", "kafka.bootstrap-servers=127.0.0.1:" + Ports.oneFree(),
                "operations.start-deadline=2s");
        assertThatThrownBy(withoutKafka::start).isInstanceOf(StartRefused.class)
                .hasMessageContaining("kafka.bootstrap-servers").hasMessageContaining("does not answer");
        withoutKafka.stop();

        Deployment withoutPostgres = node("lag-monitor", "postgres.port=" + Ports.oneFree(),
                "operations.start-deadline=2s");
        assertThatThrownBy(withoutPostgres::start).isInstanceOf(StartRefused.class)
                .hasMessageContaining("postgres.port").hasMessageContaining("does not answer");
        withoutPostgres.stop();
    }

    private Deployment node(String run, String... more) {
        List<String> settings = new ArrayList<>(backends.settings());
        settings.add("operations.port=0");
        settings.addAll(List.of(more));
        return new Deployment(Configuration.load(Optional.empty(), Map.of("SLUICE_CONFIG", ""), settings),
                RunPlan.parse(run), new NodeOptions(false, false, Optional.of(data)));
    }

    private static void alterSystem(String setting) throws SQLException {
        try (Connection connection = backends.postgres().connect();
             Statement statement = connection.createStatement()) {
            statement.execute("ALTER ROLE sluice SET " + setting);
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(15)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int put(int port, String path, String body) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .PUT(HttpRequest.BodyPublishers.ofString(body)).timeout(Duration.ofSeconds(15)).build(),
                HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
