package dev.sluice.testing.bench.gateway;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.process.ProcessStack;
import dev.sluice.testing.bench.ProcessUsage;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the gateway with a real Kafka and Redis beside a bare server that only parses, and one that publishes as well, on
 * one machine, each a process of its own, taking turns. Closed loop: each connection posts when it has its answer. Nobody should use the machine
 * meanwhile.
 */
public final class GatewayBench {

    private static final List<Integer> CONNECTIONS = List.of(64, 512);
    private static final List<String> BARE = List.of("-Xmx256m", "-XX:+UseSerialGC");
    private static final Duration START = Duration.ofSeconds(60);

    /** A server that is measured. */
    private record Server(String name, Process process, int port) {
    }

    /** What is done to a server once. @return events, and the latencies of single posts, or null */
    private interface Load {
        Done put(int port) throws IOException;
    }

    private record Done(double perSecond, long events, Histogram latencies) {
    }

    private final Path folder;
    private final int runs;
    private final Duration warmUp;
    private final Duration measured;
    private final int streamed;
    private final List<String> settings;

    /**
     * @param folder   logs, and the data of the stack
     * @param warmUp   of each server, once, and half as long again with few connections
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

    public List<GatewayFigures> run() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        try (ProcessStack stack = ProcessStack.empty(folder.resolve("stack"), folder.resolve("programs"))) {
            stack.start(EnumSet.allOf(PartName.class));
            int barePort = Ports.oneFree();
            int publisherPort = Ports.oneFree();
            int port = Ports.oneFree();
            Process bare = java("bare", BARE, List.of(BareServer.class.getName(), Integer.toString(barePort), "1"));
            Process gateway = java("gateway", nodeOptions(), node(stack, port));
            Process publisher = null;
            try {
                awaitListening(bare, barePort);
                awaitListening(gateway, port);
                publisher = java("publisher", BARE, List.of(BarePublisher.class.getName(), Integer.toString(publisherPort),
                        stack.kafka().bootstrapServers()));
                awaitListening(publisher, publisherPort);
                return measure(stack, new Server("ceiling", bare, barePort), new Server("bare-publisher", publisher, publisherPort),
                        new Server("sluice-gateway", gateway, port));
            } finally {
                if (publisher != null) {
                    publisher.destroyForcibly().waitFor();
                }
                bare.destroyForcibly().waitFor();
                gateway.destroyForcibly().waitFor();
            }
        }
    }

    private List<GatewayFigures> measure(ProcessStack stack, Server bare, Server publisher, Server gateway) throws IOException {
        for (Server server : List.of(bare, publisher, gateway)) {
            warmUp(server);
        }
        stream().put(gateway.port);
        List<GatewayFigures> figures = new ArrayList<>();
        for (int connections : CONNECTIONS) {
            figures.add(new GatewayFigures("single posts, " + connections + " connections", new ArrayList<>(), new ArrayList<>(),
                    new ArrayList<>()));
        }
        figures.add(new GatewayFigures("one NDJSON stream", List.of(), List.of(), new ArrayList<>()));
        for (int i = 0; i < runs; i++) {
            for (int k = 0; k < CONNECTIONS.size(); k++) {
                figures.get(k).ceiling().add(once(stack, bare, posts(CONNECTIONS.get(k), measured)));
                figures.get(k).publisher().add(once(stack, publisher, posts(CONNECTIONS.get(k), measured)));
                figures.get(k).gateway().add(once(stack, gateway, posts(CONNECTIONS.get(k), measured)));
            }
            figures.get(CONNECTIONS.size()).gateway().add(once(stack, gateway, stream()));
        }
        return figures;
    }

    /** With many connections first: what they bring the JIT has to see soon. */
    private void warmUp(Server server) throws IOException {
        posts(CONNECTIONS.get(1), warmUp).put(server.port);
        posts(CONNECTIONS.get(0), warmUp.dividedBy(2)).put(server.port);
    }

    private Load posts(int connections, Duration time) {
        return port -> {
            SinglePosts.Measured posts = new SinglePosts(port).run(connections, Duration.ofMillis(500), time);
            return new Done(posts.perSecond(), posts.all(), posts.latencies());
        };
    }

    private Load stream() {
        return port -> new Done(new Streams(port).run(streamed), streamed, null);
    }

    private static GatewayFigures.Run once(ProcessStack stack, Server server, Load load) throws IOException {
        GatewayFigures.CpuMicros before = cpuSeconds(stack, server);
        Done done = load.put(server.port);
        GatewayFigures.CpuMicros after = cpuSeconds(stack, server);
        double share = 1e6 / done.events;
        Histogram latencies = done.latencies;
        GatewayFigures.Run run = new GatewayFigures.Run(done.perSecond, new GatewayFigures.CpuMicros(
                (after.server() - before.server()) * share, (after.broker() - before.broker()) * share,
                (after.redis() - before.redis()) * share), ProcessUsage.peakRssMiB(server.process.pid()),
                latencies == null ? null : new GatewayFigures.Latency(latencies.getValueAtPercentile(50) / 1e3,
                        latencies.getValueAtPercentile(99) / 1e3, latencies.getValueAtPercentile(99.9) / 1e3));
        System.err.printf("gateway run: %s %.0f/s, CPU per event %.1f us (server), %.1f (broker), %.1f (Redis)%n",
                server.name, run.eventsPerSecond(),
                run.cpuMicros().server(), run.cpuMicros().broker(), run.cpuMicros().redis());
        return run;
    }

    private static GatewayFigures.CpuMicros cpuSeconds(ProcessStack stack, Server server) {
        return new GatewayFigures.CpuMicros(ProcessUsage.cpuSeconds(server.process.pid()),
                ProcessUsage.cpuSeconds(stack.kafka().pid()), ProcessUsage.cpuSeconds(stack.redis().pid()));
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

    /** As {@code ./sluice node} has them. */
    private static List<String> nodeOptions() {
        List<String> options = new ArrayList<>();
        if (Runtime.version().feature() >= 24) {
            options.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        options.add("@" + Path.of(System.getProperty("sluice.home", "."), "conf", "jvm.options"));
        String more = System.getenv("SLUICE_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            options.addAll(List.of(more.trim().split(" +")));
        }
        return options;
    }

    private Process java(String name, List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
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
