package dev.sluice.testing.fault;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node of Sluice as a process, with all four verticles; its name, data and ports stay the same through all its lives. */
public final class EngineNode implements Target, AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final long PAUSE_MILLIS = 50;

    /**
     * @param settings as {@code --set} has them
     * @param heapMiB  the most that its heap may have
     * @param clockMoves whether {@link #setClock} is possible
     */
    public record Options(String name, Path data, Path config, int gatewayPort, int operationsPort, int heapMiB, List<String> settings,
                          boolean clockMoves) {
    }

    private final Options options;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ANSWER).build();
    private Process process;
    /** True while it is meant to live. */
    private volatile boolean wanted;

    public EngineNode(Options options) {
        this.options = options;
    }

    @Override
    public String name() {
        return "node " + options.name();
    }

    /** Its members' instance ids begin with it. */
    public String memberPrefix() {
        return options.name() + "-";
    }

    public URI events() {
        return URI.create("http://127.0.0.1:" + options.gatewayPort() + "/v1/events");
    }

    public URI operations(String path) {
        return URI.create("http://127.0.0.1:" + options.operationsPort() + path);
    }

    /** Starts it, without waiting. */
    public synchronized void launch() throws FaultFailure {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-Xmx" + options.heapMiB() + "m", "-XX:+UseSerialGC", "dev.sluice.engine.Main", "node", "--run", "all",
                "--data", options.data().toString(), "--config", options.config().toString()));
        List<String> settings = new ArrayList<>(options.settings());
        settings.addAll(List.of("node.name=" + options.name(), "gateway.port=" + options.gatewayPort(),
                "operations.port=" + options.operationsPort()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("CLASSPATH", classPath());
        try {
            Files.createDirectories(options.data());
            if (options.clockMoves()) {
                setClock(Duration.ZERO);
                builder.environment().putAll(clock().environment());
            }
            process = builder.start();
            wanted = true;
            Files.writeString(pidFile(), Long.toString(process.pid()));
        } catch (IOException e) {
            throw new FaultFailure(name() + " can't be started: " + e.getMessage(), e);
        }
    }

    /** Its wall clock, within a second. @param ahead of the real time; negative: behind */
    void setClock(Duration ahead) throws FaultFailure {
        clock().set(ahead);
    }

    private MovableClock clock() {
        return new MovableClock(options.data().resolveSibling(options.name() + ".clock"));
    }

    private Path pidFile() {
        return options.data().resolveSibling(options.name() + ".pid");
    }

    /** Ends nodes that a killed proof has left running. @param folder that holds the nodes' data */
    public static void endOrphans(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".pid")).toList()) {
                ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                        .filter(process -> process.info().arguments().stream().flatMap(Stream::of).anyMatch(file.toString().replaceFirst("\\.pid$", "")::equals))
                        .ifPresent(ProcessHandle::destroyForcibly);
                Files.delete(file);
            }
        }
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((left, right) -> left + File.pathSeparator + right).orElse("");
    }

    /** Until its readiness is green. */
    public void awaitReady() throws FaultFailure, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!status("/health/ready").filter(status -> status == 200).isPresent()) {
            if (!process().isAlive()) {
                throw new FaultFailure(name() + " ended while it started (exit status " + process().exitValue() + "); see " + log());
            }
            if (System.nanoTime() > deadline) {
                throw new FaultFailure(name() + " is not ready after " + START.toSeconds() + " s; see " + log());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    @Override
    public void start() throws FaultFailure, InterruptedException {
        launch();
        awaitReady();
    }

    @Override
    public void kill() throws InterruptedException {
        wanted = false;
        process().destroyForcibly().waitFor();
    }

    /** SIGTERM. @return its exit status */
    public int stop() throws FaultFailure, InterruptedException {
        wanted = false;
        process().destroy();
        if (!process().waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            throw new FaultFailure(name() + " does not stop within " + STOP.toSeconds() + " s; see " + log());
        }
        return process().exitValue();
    }

    @Override
    public void freeze() throws FaultFailure, InterruptedException {
        Signal.send("STOP", process().pid());
    }

    @Override
    public void resume() throws FaultFailure, InterruptedException {
        Signal.send("CONT", process().pid());
    }

    @Override
    public boolean answers() throws InterruptedException {
        return status("/health/live").isPresent();
    }

    private Optional<Integer> status(String path) throws InterruptedException {
        return get(path).map(HttpResponse::statusCode);
    }

    /** Empty when there is no answer within a second. */
    public Optional<HttpResponse<String>> get(String path) throws InterruptedException {
        try {
            return Optional.of(client.send(HttpRequest.newBuilder(operations(path)).timeout(ANSWER).build(),
                    HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** True when it has ended though nobody has ended it. */
    public synchronized boolean hasDied() {
        return wanted && process != null && !process.isAlive();
    }

    /** Resident memory in bytes; 0 when it does not run. */
    public synchronized long resident() {
        if (process == null || !process.isAlive()) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:")).map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(Long::parseLong).findFirst().orElse(0) * 1_024;
        } catch (IOException | java.io.UncheckedIOException gone) {
            return 0;
        }
    }

    public Path log() {
        return options.data().resolveSibling(options.name() + ".log");
    }

    private synchronized Process process() {
        return process;
    }

    /** Whatever its state. */
    @Override
    public synchronized void close() {
        wanted = false;
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
