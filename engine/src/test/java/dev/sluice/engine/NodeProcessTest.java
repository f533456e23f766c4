package dev.sluice.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.deploy.RealBackends;
import dev.sluice.engine.operations.NodeFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The engine as its users meet it: a process, its exit status, its output. */
@Timeout(180)
@ExtendWith(StackExtension.class)
class NodeProcessTest {

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
    void shouldTellItsStatusAndEndWellWhenTerminated() throws Exception {
        Path data = folder.resolve("data");
        Process node = node("node", data, "--run", "lag-monitor");
        await().atMost(Duration.ofSeconds(60)).until(() -> !node.isAlive() || NodeFile.read(data).isPresent());

        Ended status = run("status", "--json", "--data", data.toString());
        assertThat(status.code).as(status.err).isZero();
        JsonNode json = new ObjectMapper().readTree(status.out);
        assertThat(json.path("pid").asLong()).isEqualTo(node.pid());
        assertThat(json.path("postgres").asText()).startsWith("postgresql://sluice:" + backends.postgres().password() + "@127.0.0.1:");
        assertThat(run("status", "--data", data.toString()).out).contains("lag-monitor-verticle x 1").doesNotContain(backends.postgres().password());
        Ended resumed = run("partition", "resume", "audit", "events-0", "--data", data.toString());
        assertThat(resumed.code).isEqualTo(1);
        assertThat(resumed.err).contains("no consumer has events-0 of group audit stopped");

        node.destroy();
        assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(output("node")).isZero();
        Ended gone = run("status", "--data", data.toString());
        assertThat(gone.code).isEqualTo(1);
        assertThat(gone.err).contains("nothing is running");
    }

    @Test
    void shouldFormOneDeploymentOfTwoNodesAndStopBothInOrder() throws Exception {
        String name = "cluster.name=test-" + UUID.randomUUID();
        Path dataA = folder.resolve("a");
        Path dataB = folder.resolve("b");
        Process b = node("b", dataB, "--run", "lag-monitor", "--cluster", "--set", name,
                "--set", "node.name=b", "--set", "cluster.port=26701", "--set", "cluster.members=127.0.0.1:26701");
        await().atMost(Duration.ofSeconds(60)).until(() -> !b.isAlive() || NodeFile.read(dataB).isPresent());
        Process a = node("a", dataA, "--run", "dlq-router", "--cluster", "--set", name,
                "--set", "node.name=a", "--set", "cluster.port=26701", "--set", "cluster.members=127.0.0.1:26701");
        await().atMost(Duration.ofSeconds(60)).until(() -> !a.isAlive() || NodeFile.read(dataA).isPresent());
        assertThat(output("a")).contains("nodes=2");

        for (Process node : List.of(a, b)) {
            node.destroy();
            assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(node.exitValue()).as(output("a") + output("b")).isZero();
        }
    }

    @Test
    void shouldEndBeforeItHasStartedWhenTerminated() throws Exception {
        Process node = start("early", List.of("node", "--set", "operations.port=0", "--set",
                "kafka.bootstrap-servers=127.0.0.1:1"));
        await().atMost(Duration.ofSeconds(60)).until(() -> output("early").contains("waiting for Kafka"));

        node.destroy();

        assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(output("early")).isZero();
    }

    @Test
    void shouldExplainAWrongSettingWithoutAStackTrace() throws Exception {
        Ended ended = run("node", "--set", "operations.prot=1");

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.err).isEqualTo("sluice: --set operations.prot: unknown key 'operations.prot'; did you mean 'port'?\n");
        assertThat(run("node", "--run", "consumers").code).isEqualTo(2);
        assertThat(run("publish", "no-such-file").code).isEqualTo(2);
    }

    private Process node(String name, Path data, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("node", "--data", data.toString(), "--set", "operations.port=0"));
        backends.settings().forEach(setting -> all.addAll(List.of("--set", setting)));
        all.addAll(List.of(arguments));
        return start(name, all);
    }

    private Process start(String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "dev.sluice.engine.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_CONFIG", "");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private record Ended(int code, String out, String err) {
    }

    private Ended run(String... arguments) throws IOException, InterruptedException {
        Process process = start("command", List.of(arguments));
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(folder.resolve("command.out")),
                Files.readString(folder.resolve("command.err")));
    }

    private String output(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".out")) + Files.readString(folder.resolve(name + ".err"));
    }
}
