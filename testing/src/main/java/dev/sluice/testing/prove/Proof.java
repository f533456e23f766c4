package dev.sluice.testing.prove;

import dev.sluice.devstack.Ports;
import dev.sluice.devstack.process.ProcessStack;
import dev.sluice.testing.fault.Arena;
import dev.sluice.testing.fault.EngineNode;
import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.guarantee.Letters;
import dev.sluice.testing.guarantee.MemoryBounded;
import dev.sluice.testing.guarantee.OffsetBehindEffect;
import dev.sluice.testing.guarantee.Positions;
import dev.sluice.testing.guarantee.RecoveryTime;
import dev.sluice.testing.load.Acknowledgements;
import dev.sluice.testing.load.Pace;
import dev.sluice.testing.load.Publication;
import dev.sluice.testing.load.Transfers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/** Carries out a plan on a stack and nodes of its own, which end with it whatever happens. For one run. */
final class Proof implements AutoCloseable {

    private static final int HEAP_MIB = 512;
    /** What a JVM needs beside its heap: code, threads, direct buffers. */
    private static final int BESIDE_HEAP_MIB = 512;
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration ACKNOWLEDGED = Duration.ofMinutes(5);
    private static final Duration DRAINED = Duration.ofMinutes(5);
    private static final List<String> TOPICS = List.of("events", "events.retry");
    private static final List<String> MOVED = List.of("events.retry", "dlq.errors", "dlq.poison");

    private final long began = System.nanoTime();
    private final Plan plan;
    private final Consumer<String> progress;
    private final ProcessStack stack;
    private final List<EngineNode> nodes = new ArrayList<>();
    private final Thread hook = new Thread(this::endProcesses, "prove-end");

    /** @param progress hears a line for each step */
    Proof(Plan plan, Consumer<String> progress) throws IOException {
        this.plan = plan;
        this.progress = text -> progress.accept(String.format(Locale.ROOT, "%6.1f s  %s", seconds(), text));
        Files.createDirectories(plan.folder());
        stack = ProcessStack.empty(plan.folder(), plan.programs());
        Runtime.getRuntime().addShutdownHook(hook);
    }

    Result run() throws IOException, FaultFailure, InterruptedException, SQLException {
        progress.accept("seed " + plan.seed() + ": " + plan.events() + " events at " + Math.round(plan.perSecond()) + "/s, " + plan.faults() + " faults");
        stack.start();
        startNodes();
        progress.accept(nodes.size() + " nodes are ready");
        String kafka = stack.kafka().bootstrapServers();
        Transfers transfers = new Transfers(plan.seed(), plan.events());
        Acknowledgements acknowledgements = new Acknowledgements(plan.events());
        MemoryBounded memory = new MemoryBounded((long) (HEAP_MIB + BESIDE_HEAP_MIB) << 20);
        RecoveryTime recovery = new RecoveryTime(RECOVERY);
        List<String> troubles = new ArrayList<>();
        try (Positions positions = new Positions(kafka); Letters moved = new Letters(kafka, MOVED)) {
            OffsetBehindEffect offsets = new OffsetBehindEffect(stack.postgres(), positions, moved, transfers,
                    acknowledgements::newestBelow, "events", plan.groups());
            Drain drain = new Drain(positions, plan.groups(), TOPICS);
            Chaos chaos = new Chaos(new Arena(stack, nodes, positions, plan.groups()),
                    new Drain(positions, plan.groups(), List.of("events")), recovery, acknowledgements::count, progress);
            try (Watch watch = new Watch(nodes, memory, offsets, new Random(plan.seed()))) {
                watch.start();
                publish(transfers, acknowledgements, chaos, troubles);
                progress.accept(acknowledgements.count() + " acknowledged, " + acknowledgements.unanswered() + " lines unanswered, "
                        + acknowledgements.turnedAway() + " turned away meanwhile; waiting until all is worked off");
                if (!drain.awaitEmpty(DRAINED)) {
                    troubles.add("not worked off after " + DRAINED.toSeconds() + " s");
                }
            }
            offsets.look();
            nodes.stream().filter(EngineNode::hasDied).forEach(node -> troubles.add(node.name() + " has died by itself; see " + node.log()));
            troubles.addAll(chaos.troubles());
            troubles.addAll(acknowledgements.refused());
            return new Judgement(plan, stack, transfers, acknowledgements).judge(List.of(offsets, memory, recovery), recovery, chaos.done(), troubles, began);
        }
    }

    private void publish(Transfers transfers, Acknowledgements acknowledgements, Chaos chaos, List<String> troubles) throws InterruptedException {
        Pace pace = new Pace(plan.perSecond(), ahead(0));
        try (Publication publication = new Publication(transfers, acknowledgements, pace, nodes.stream().map(EngineNode::events).toList())) {
            publication.start();
            chaos.run(plan.schedule(), finished -> pace.allowUpTo(ahead(finished)));
            pace.allowUpTo(plan.events());
            Duration limit = Duration.ofSeconds((long) (plan.events() / plan.perSecond())).plus(ACKNOWLEDGED);
            if (!publication.awaitEnd(limit)) {
                troubles.add("not all was acknowledged after " + limit.toSeconds() + " s");
            }
        }
    }

    /** Events leave until the place of the fault after next: so each fault, and its end, comes under load. */
    private long ahead(int finished) {
        return plan.faults() == 0 ? plan.events() : (long) ((finished + 2.0) / (plan.faults() + 1) * plan.events());
    }

    private void startNodes() throws IOException, FaultFailure, InterruptedException {
        Path folder = plan.folder().resolve("nodes");
        Path config = Files.writeString(Files.createDirectories(folder).resolve("sluice.yaml"), plan.configuration());
        for (int number = 0; number < plan.nodes(); number++) {
            String name = String.valueOf((char) ('a' + number));
            Files.deleteIfExists(folder.resolve(name + ".log"));
            nodes.add(new EngineNode(new EngineNode.Options(name, folder.resolve(name), config, Ports.oneFree(), Ports.oneFree(), HEAP_MIB, settings())));
        }
        for (EngineNode node : nodes) {
            node.launch();
        }
        for (EngineNode node : nodes) {
            node.awaitReady();
        }
    }

    private List<String> settings() {
        return List.of("kafka.bootstrap-servers=" + stack.kafka().bootstrapServers(), "postgres.host=" + stack.postgres().host(),
                "postgres.port=" + stack.postgres().port(), "postgres.database=" + stack.postgres().database(),
                "postgres.user=" + stack.postgres().user(), "postgres.password=" + stack.postgres().password(),
                "redis.uri=" + stack.redis().uri());
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    private void endProcesses() {
        nodes.forEach(EngineNode::close);
        stack.close();
    }

    @Override
    public void close() {
        endProcesses();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
