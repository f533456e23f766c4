package dev.sluice.testing.bench.gateway;

import dev.sluice.devstack.Ports;
import dev.sluice.devstack.process.ProcessStack;
import dev.sluice.testing.bench.Jvm;
import dev.sluice.testing.bench.ProcessUsage;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures the gateway with a real Kafka and Redis beside a bare server that only parses, one that publishes as well, and one
 * that also claims each identity, on one machine, each a process of its own, taking turns. Closed loop: each connection posts when it has its answer. Nobody should use the machine
 * meanwhile.
 */
public final class GatewayBench {

    private static final String GATEWAY = "sluice-gateway";
    private static final List<Integer> CONNECTIONS = List.of(64, 512);
    private static final List<String> BARE = List.of("-Xmx256m", "-XX:+UseSerialGC");
    private static final Duration START = Duration.ofSeconds(60);
    private static final long LEARNS_WITHIN_SECONDS = 60;

    private record Program(String name, int port, List<String> options, List<String> arguments) {
    }

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
            stack.start();
            String kafka = stack.kafka().bootstrapServers();
            // The gateway makes the topic that the publishers write to.
            List<Program> programs = List.of(
                    bare(GatewayFigures.CEILING, BareServer.class, "1"),
                    gateway(stack),
                    bare("bare-publisher", BarePublisher.class, kafka),
                    bare("bare-publisher-claims", BarePublisher.class, kafka, stack.redis().uri()));
            for (Program program : programs) {
                if (Jvm.isMissing(cache(program))) {
                    learn(program);
                }
            }
            List<Server> servers = new ArrayList<>();
            try {
                for (Program program : programs) {
                    servers.add(start(program));
                }
                return measure(stack, servers);
            } finally {
                for (Server server : servers) {
                    server.process.destroyForcibly().waitFor();
                }
            }
        }
    }

    /** So that each server that is measured finds what its JVM has learned. */
    private void learn(Program program) throws IOException, InterruptedException {
        System.err.println(program.name + " learns, which does not count");
        Server server = start(program);
        try {
            warmUp(server);
        } finally {
            server.process.destroy();
            if (!server.process.waitFor(LEARNS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                server.process.destroyForcibly().waitFor();
            }
        }
    }

    private List<GatewayFigures> measure(ProcessStack stack, List<Server> servers) throws IOException {
        for (Server server : servers) {
            warmUp(server);
        }
        Server gateway = servers.stream().filter(server -> server.name.equals(GATEWAY)).findAny().orElseThrow();
        stream().put(gateway.port);
        Map<Integer, Map<String, List<GatewayFigures.Run>>> posts = new LinkedHashMap<>();
        List<GatewayFigures.Run> streams = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            for (int connections : CONNECTIONS) {
                for (Server server : servers) {
                    posts.computeIfAbsent(connections, first -> new LinkedHashMap<>())
                            .computeIfAbsent(server.name, first -> new ArrayList<>())
                            .add(once(stack, server, posts(connections, measured)));
                }
            }
            streams.add(once(stack, gateway, stream()));
        }
        List<GatewayFigures> figures = new ArrayList<>();
        posts.forEach((connections, each) ->
                figures.add(new GatewayFigures("single posts, " + connections + " connections", each)));
        figures.add(new GatewayFigures("one NDJSON stream", Map.of(GATEWAY, streams)));
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

    private static Program bare(String name, Class<?> main, String... more) {
        int port = Ports.oneFree();
        List<String> arguments = new ArrayList<>(List.of(main.getName(), Integer.toString(port)));
        arguments.addAll(List.of(more));
        return new Program(name, port, BARE, arguments);
    }

    private Program gateway(ProcessStack stack) {
        int port = Ports.oneFree();
        return new Program(GATEWAY, port, Jvm.nodeOptions(), node(stack, port));
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

    private Path cache(Program program) throws IOException {
        return Jvm.cache(folder, program.name, program.options);
    }

    private Server start(Program program) throws IOException, InterruptedException {
        List<String> command = Jvm.command(cache(program), program.options);
        command.addAll(program.arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve(program.name + ".log").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_CONFIG", "");
        Server server = new Server(program.name, builder.start(), program.port);
        try {
            awaitListening(server.process, program.port);
        } catch (IOException | InterruptedException e) {
            server.process.destroyForcibly();
            throw e;
        }
        return server;
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
