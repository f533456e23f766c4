package dev.sluice.testing.bench.gateway;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.process.ProcessStack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the gateway with a real Kafka and Redis beside a bare server that only parses, on one machine, each a process
 * of its own, taking turns. Nobody should use the machine meanwhile.
 */
public final class GatewayBench {

    private static final int CONNECTIONS = 64;
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final int runs;
    private final Duration warmUp;
    private final Duration measured;
    private final int streamed;
    private final List<String> settings;

    /**
     * @param folder   logs, and the data of the stack
     * @param streamed events of one NDJSON stream
     * @param settings of the gateway, as {@code --set} has them
     */
    public GatewayBench(Path folder, int runs, Duration warmUp, Duration measured, int streamed, List<String> settings) {
        this.folder = folder;
        this.runs = runs;
        this.warmUp = warmUp;
        this.measured = measured;
        this.streamed = streamed;
        this.settings = List.copyOf(settings);
    }

    /** @param arguments settings of the gateway, as {@code --set} has them */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        GatewayBench bench = new GatewayBench(Path.of("target", "bench-gateway").toAbsolutePath(), Integer.getInteger("runs", 3),
                Duration.ofSeconds(Integer.getInteger("warm", 6)), Duration.ofSeconds(Integer.getInteger("measured", 6)), Integer.getInteger("streamed", 300_000), Arrays.asList(arguments));
        System.out.println(bench.run());
        System.exit(0);
    }

    public GatewayFigures run() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        try (ProcessStack stack = ProcessStack.empty(folder.resolve("stack"), folder.resolve("programs"))) {
            stack.start(EnumSet.allOf(PartName.class));
            int barePort = Ports.oneFree();
            int port = Ports.oneFree();
            Process bare = java("bare", List.of(BareServer.class.getName(), Integer.toString(barePort), "1"));
            Process gateway = java("gateway", node(stack, port));
            try {
                awaitListening(bare, barePort);
                awaitListening(gateway, port);
                return measure(barePort, port);
            } finally {
                bare.destroyForcibly().waitFor();
                gateway.destroyForcibly().waitFor();
            }
        }
    }

    private GatewayFigures measure(int barePort, int port) throws IOException {
        List<Double> bare = new ArrayList<>();
        List<Double> singles = new ArrayList<>();
        List<Double> p50 = new ArrayList<>();
        List<Double> p99 = new ArrayList<>();
        List<Double> streams = new ArrayList<>();
        new Streams(port).run(streamed);
        for (int i = 0; i < runs; i++) {
            bare.add(new SinglePosts(barePort).run(CONNECTIONS, warmUp.dividedBy(4), measured).perSecond());
            SinglePosts.Measured gateway = new SinglePosts(port).run(CONNECTIONS, warmUp, measured);
            singles.add(gateway.perSecond());
            p50.add(gateway.latencies().getValueAtPercentile(50) / 1e3);
            p99.add(gateway.latencies().getValueAtPercentile(99) / 1e3);
            streams.add(new Streams(port).run(streamed));
            System.err.printf("run %d: bare %.0f/s, single posts %.0f/s, NDJSON %.0f/s%n", i + 1, bare.get(i), singles.get(i), streams.get(i));
        }
        return new GatewayFigures(median(bare), median(singles), median(p50), median(p99), median(streams));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private List<String> node(ProcessStack stack, int port) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kafka.bootstrap-servers", stack.kafka().bootstrapServers());
        all.put("postgres.host", stack.postgres().host());
        all.put("postgres.port", stack.postgres().port());
        all.put("postgres.database", stack.postgres().database());
        all.put("postgres.user", stack.postgres().user());
        all.put("postgres.password", stack.postgres().password());
        all.put("redis.uri", stack.redis().uri());
        all.put("operations.port", Ports.oneFree());
        all.put("gateway.port", port);
        List<String> command = new ArrayList<>(List.of("dev.sluice.engine.Main", "node", "--run", "gateway=1", "--unsafe"));
        all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        return command;
    }

    private Process java(String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx768m"));
        command.addAll(List.of(System.getProperty("bench.java." + name, "").split(" ")));
        command.removeIf(String::isEmpty);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_CONFIG", "");
        return builder.start();
    }

    private void awaitListening(Process process, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("a process has not started; its log is in " + folder, notYet);
                }
                Thread.sleep(100);
            }
        }
    }
}
