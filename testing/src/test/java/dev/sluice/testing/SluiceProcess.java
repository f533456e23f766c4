package dev.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Stack;
import dev.sluice.engine.operations.NodeFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Nodes and commands as users start them: processes over a stack, on free ports. One data folder, one node. */
final class SluiceProcess {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a command left behind. */
    record Ended(int code, String out, String err) {

        JsonNode json() throws IOException {
            return JSON.readTree(out);
        }
    }

    private final Path data;
    private final Stack stack;
    private final int operationsPort = Ports.oneFree();
    private final List<String> settings = new ArrayList<>();
    private List<String> jvm = List.of("-Xmx512m");
    private Process node;
    private int starts;

    /** @param settings as {@code --set} has them */
    SluiceProcess(Path data, Stack stack, String... settings) throws IOException {
        this.data = Files.createDirectories(data);
        this.stack = stack;
        Map<String, Object> where = Map.of("kafka.bootstrap-servers", stack.kafka().bootstrapServers(),
                "postgres.host", stack.postgres().host(), "postgres.port", stack.postgres().port(),
                "postgres.database", stack.postgres().database(), "postgres.user", stack.postgres().user(),
                "postgres.password", stack.postgres().password(), "redis.uri", stack.redis().uri(),
                "operations.port", operationsPort, "gateway.port", Ports.oneFree());
        where.forEach((key, value) -> this.settings.addAll(List.of("--set", key + "=" + value)));
        for (String setting : settings) {
            this.settings.addAll(List.of("--set", setting));
        }
    }

    /** @param options of its Java from now on, the heap's size among them */
    SluiceProcess jvm(String... options) {
        jvm = List.of(options);
        return this;
    }

    int operationsPort() {
        return operationsPort;
    }

    /** Waits until it serves. */
    void start(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("node", "--data", data.toString()));
        arguments.addAll(List.of(options));
        arguments.addAll(settings);
        node = java("node-" + ++starts, jvm, arguments);
        await().atMost(Duration.ofSeconds(60)).until(() -> !node.isAlive()
                || NodeFile.read(data).filter(file -> file.pid() == node.pid()).isPresent());
        assertThat(node.isAlive()).as(log()).isTrue();
    }

    /** Its memory as the system sees it; empty where the system does not tell. */
    String resident() throws IOException {
        Path status = Path.of("/proc", Long.toString(node.pid()), "status");
        return Files.exists(status) ? Files.readString(status).lines().filter(line -> line.startsWith("VmHWM"))
                .findFirst().orElse("") : "";
    }

    boolean isRunning() {
        return node.isAlive();
    }

    /** SIGSTOP: it does nothing, and its connections stay open. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
        await().atMost(Duration.ofSeconds(5)).until(this::isFrozen); // each of its threads stops by itself
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    boolean isFrozen() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(node.pid()), "stat"));
        return stat.substring(stat.lastIndexOf(')')).startsWith(") T");
    }

    private void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(node.pid())).start().waitFor()).isZero();
    }

    void kill() throws InterruptedException {
        node.destroyForcibly().waitFor();
    }

    /** @return its exit status */
    int stop() throws InterruptedException {
        node.destroy();
        assertThat(node.waitFor(40, TimeUnit.SECONDS)).as("stops").isTrue();
        return node.exitValue();
    }

    /**
     * Whatever its state. Its members are taken out of their groups, for the next one to begin at once, and whatever has
     * happened must not have broken a guarantee.
     */
    void end() throws Exception {
        if (node != null) {
            kill();
            Groups.removeMembers(stack.kafka().bootstrapServers());
            Aftermath.mustKeepTheGuarantees(stack);
        }
    }

    String log() throws IOException {
        return Files.readString(data.resolve("node-" + starts + ".out")) + Files.readString(data.resolve("node-" + starts + ".err"));
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        return ended(arguments[0], begin(arguments));
    }

    /** For a command that is still under way when the next thing happens. */
    Process begin(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        return java(arguments[0], List.of("-Xmx512m"), all);
    }

    Ended ended(String command, Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as(command + " ends").isTrue();
        return new Ended(process.exitValue(), Files.readString(data.resolve(command + ".out")), Files.readString(data.resolve(command + ".err")));
    }

    JsonNode status() throws IOException, InterruptedException {
        return run("status", "--json").json();
    }

    /** Until all that was published has had its final outcome. */
    void awaitNoLag(Duration limit) {
        await().atMost(limit).pollInterval(Duration.ofMillis(500)).ignoreExceptions()
                .until(() -> status().path("lag").asLong(-1) == 0);
    }

    private Process java(String name, List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "conf", "jvm.options")));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.sluice.engine.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(data.resolve(name + ".out").toFile())
                .redirectError(data.resolve(name + ".err").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_CONFIG", "");
        return builder.start();
    }
}
