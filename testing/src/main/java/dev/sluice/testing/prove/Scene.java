package dev.sluice.testing.prove;

import dev.sluice.devstack.Ports;
import dev.sluice.devstack.process.Listener;
import dev.sluice.devstack.process.ProcessStack;
import dev.sluice.testing.fault.Arena;
import dev.sluice.testing.fault.EngineNode;
import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.fault.FaultKind;
import dev.sluice.testing.fault.Link;
import dev.sluice.testing.fault.SmallDisk;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A stack, nodes that reach it through links, and a guest that is not running yet. All processes end with it, also when
 * this one is told to end.
 */
final class Scene implements AutoCloseable {

    static final int HEAP_MIB = 512;
    private static final String GUEST = "guest";

    private final Plan plan;
    /** Held while the folder is ours. */
    private final FileChannel lock;
    /** For each broker one of each node. */
    private final List<List<Listener>> listeners;
    private final ProcessStack stack;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final List<Arena.NodeLinks> links = new ArrayList<>();
    private final List<EngineNode> nodes = new ArrayList<>();
    /** Null without. */
    private SmallDisk disk;
    private final Thread hook = new Thread(this::endProcesses, "prove-end");

    Scene(Plan plan) throws IOException, FaultFailure {
        this.plan = plan;
        Files.createDirectories(plan.folder());
        listeners = IntStream.range(0, plan.brokers()).mapToObj(broker -> IntStream.rangeClosed(0, plan.nodes())
                .mapToObj(node -> new Listener("NODE" + (char) ('A' + node), Ports.oneFree(), Ports.oneFree())).toList()).toList();
        lock = FileChannel.open(plan.folder().resolve("prove.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            lock.close();
            throw new FaultFailure("another proof runs over " + plan.folder() + "; choose another folder with --data");
        }
        EngineNode.endOrphans(nodesFolder());
        SmallDisk.cleanUp(disks());
        stack = ProcessStack.empty(plan.folder(), plan.programs(), listeners);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private Path nodesFolder() {
        return plan.folder().resolve("nodes");
    }

    private Path disks() {
        return plan.folder().resolve("disks");
    }

    void startStack() throws IOException, FaultFailure {
        stack.start();
        if (plan.kinds().contains(FaultKind.FILL_POSTGRES) && plan.faults() > 0) {
            disk = SmallDisk.under(stack.postgres(), disks(), plan.diskMebibytes());
        }
    }

    Optional<SmallDisk> disk() {
        return Optional.ofNullable(disk);
    }

    void startNodes() throws IOException, FaultFailure, InterruptedException {
        Path folder = nodesFolder();
        Path config = Files.writeString(Files.createDirectories(folder).resolve("sluice.yaml"), plan.configuration());
        for (int number = 0; number <= plan.nodes(); number++) {
            boolean guest = number == plan.nodes();
            String name = guest ? GUEST : String.valueOf((char) ('a' + number));
            Arena.NodeLinks ways = links(name, number);
            links.add(ways);
            List<String> settings = new ArrayList<>(settings(ways));
            if (guest) {
                settings.add("consumer.membership=left");
            }
            Files.deleteIfExists(folder.resolve(name + ".log"));
            nodes.add(new EngineNode(new EngineNode.Options(name, folder.resolve(name), config, Ports.oneFree(), Ports.oneFree(),
                    HEAP_MIB, settings, plan.kinds().contains(FaultKind.JUMP_CLOCK))));
        }
        for (EngineNode node : residents()) {
            node.launch();
        }
        for (EngineNode node : residents()) {
            node.awaitReady();
        }
    }

    private Arena.NodeLinks links(String node, int number) throws FaultFailure {
        List<Link> kafka = new ArrayList<>();
        for (int broker = 0; broker < plan.brokers(); broker++) {
            Listener listener = listeners.get(broker).get(number);
            kafka.add(new Link(node + "-Kafka" + (plan.brokers() == 1 ? "" : "-" + (broker + 1)), vertx, listener.advertisedPort(),
                    listener.port()));
        }
        return new Arena.NodeLinks(kafka,
                new Link(node + "-PostgreSQL", vertx, 0, stack.postgres().port()),
                new Link(node + "-Redis", vertx, 0, Integer.parseInt(stack.redis().uri().replaceFirst(".*:", ""))));
    }

    private List<String> settings(Arena.NodeLinks ways) {
        String kafka = ways.kafka().stream().map(link -> "127.0.0.1:" + link.port()).collect(Collectors.joining(","));
        return List.of("kafka.bootstrap-servers=" + kafka, "postgres.host=127.0.0.1",
                "postgres.port=" + ways.postgres().port(), "postgres.database=" + stack.postgres().database(),
                "postgres.user=" + stack.postgres().user(), "postgres.password=" + stack.postgres().password(),
                "redis.uri=redis://127.0.0.1:" + ways.redis().port(), "operations.start-deadline=110s");
    }

    ProcessStack stack() {
        return stack;
    }

    /** With the guest. */
    List<EngineNode> nodes() {
        return List.copyOf(nodes);
    }

    /** Those that run from the start. */
    List<EngineNode> residents() {
        return List.copyOf(nodes.subList(0, plan.nodes()));
    }

    EngineNode guest() {
        return nodes.get(plan.nodes());
    }

    /** Of the residents. */
    List<Arena.NodeLinks> links() {
        return List.copyOf(links.subList(0, plan.nodes()));
    }

    private void endProcesses() {
        nodes.forEach(EngineNode::close);
        stack.close();
        disk().ifPresent(SmallDisk::close);
    }

    @Override
    public void close() {
        endProcesses();
        vertx.close();
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
