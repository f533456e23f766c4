package dev.sluice.engine.deploy;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.operations.NodeFile;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** SIGKILL in the middle of the work, then a start under the same name. */
@Timeout(180)
@ExtendWith(StackExtension.class)
class KilledNodeTest {

    private static final int EVENTS = 20_000;
    private static final int ENTITIES = 400;
    private static RealBackends backends;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void takeRealParts(Kafka kafka, Postgres postgres) {
        backends = new RealBackends(kafka, postgres);
    }

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void shouldGoOnAtOnceAfterAKillAndLoseAndRepeatNothing() throws Exception {
        Process first = node("first");
        await().atMost(Duration.ofSeconds(60)).until(() -> NodeFile.read(folder.resolve("data")).isPresent());
        publish();
        await().atMost(Duration.ofSeconds(60)).until(() -> applied() > EVENTS / 10);

        first.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        long afterKill = applied();
        assertThat(afterKill).as("it was killed in the middle").isLessThan(EVENTS * 2L);

        node("second");
        await("well before the session of 45 s ends").atMost(Duration.ofSeconds(25))
                .until(() -> applied() > afterKill);
        await().atMost(Duration.ofSeconds(60)).until(() -> applied() == EVENTS * 2L);
        assertThat(count("audit_log")).isEqualTo(EVENTS);
        assertThat(count("(SELECT sequence - lag(sequence) OVER (PARTITION BY entity_id ORDER BY id) AS step "
                + "FROM audit_log) AS steps WHERE step <> 1")).isZero();
        assertThat(count("entity_states WHERE sequence = " + EVENTS / ENTITIES)).isEqualTo(ENTITIES);
    }

    private static void publish() {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                backends.kafka().bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            List<Exception> refused = new CopyOnWriteArrayList<>();
            for (int i = 0; i < EVENTS; i++) {
                producer.send(new ProducerRecord<>("events", "case:" + i % ENTITIES, """
                        {"eventId": "e%d", "entityType": "case", "entityId": "%d", "sequence": %d, "type": "step", "data": {}}"""
                        .formatted(i, i % ENTITIES, i / ENTITIES + 1)),
                        (place, error) -> Optional.ofNullable(error).ifPresent(refused::add));
            }
            producer.flush();
            assertThat(refused).isEmpty();
        }
    }

    private Process node(String output) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                "dev.sluice.engine.Main", "node", "--run", "consumer,dlq-router", "--data", folder.resolve("data").toString(),
                "--set", "operations.port=0", "--set", "node.name=killed"));
        backends.settings().forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(Path.of("target", "killed-node-" + output + ".txt").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_CONFIG", "");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static long applied() throws SQLException {
        return count("processed_events WHERE outcome = 'applied'");
    }

    private static long count(String what) throws SQLException {
        return query("SELECT count(*) FROM " + what);
    }

    private static long query(String sql) throws SQLException {
        try (Connection connection = backends.postgres().connect();
             Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
