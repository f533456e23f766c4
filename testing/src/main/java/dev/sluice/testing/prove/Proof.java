package dev.sluice.testing.prove;

import dev.sluice.devstack.Stack;
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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/** Carries out a plan on a stack and nodes of its own, which end with it whatever happens. For one run. */
final class Proof implements AutoCloseable {

    /** What a JVM needs beside its heap: code, threads, direct buffers. */
    private static final int BESIDE_HEAP_MIB = 512;
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration LONGEST_DEBT = Duration.ofSeconds(2);
    private static final Duration ACKNOWLEDGED = Duration.ofMinutes(5);
    private static final Duration DRAINED = Duration.ofMinutes(5);
    private static final List<String> TOPICS = List.of("events", "events.retry");
    private static final List<String> MOVED = List.of("events.retry", "dlq.errors", "dlq.poison");

    private final long began = System.nanoTime();
    private final Plan plan;
    private final Consumer<String> progress;
    private final Scene scene;

    /** @param progress hears a line for each step */
    Proof(Plan plan, Consumer<String> progress) throws IOException {
        this.plan = plan;
        this.progress = text -> progress.accept(String.format(Locale.ROOT, "%6.1f s  %s", seconds(), text));
        scene = new Scene(plan);
    }

    Result run() throws IOException, FaultFailure, InterruptedException, SQLException {
        progress.accept("seed " + plan.seed() + ": " + plan.events() + " events at " + Math.round(plan.perSecond()) + "/s, " + plan.faults() + " faults");
        scene.start();
        progress.accept(scene.residents().size() + " nodes are ready");
        Stack stack = scene.stack();
        String kafka = stack.kafka().bootstrapServers();
        Transfers transfers = new Transfers(plan.seed(), plan.events());
        Acknowledgements acknowledgements = new Acknowledgements(plan.events());
        MemoryBounded memory = new MemoryBounded((long) (Scene.HEAP_MIB + BESIDE_HEAP_MIB) << 20);
        RecoveryTime recovery = new RecoveryTime(RECOVERY);
        List<String> troubles = new ArrayList<>();
        try (Positions positions = new Positions(kafka); Letters moved = new Letters(kafka, MOVED)) {
            OffsetBehindEffect offsets = new OffsetBehindEffect(stack.postgres(), positions, moved, transfers,
                    acknowledgements::newestBelow, "events", plan.groups());
            Drain drain = new Drain(positions, plan.groups(), TOPICS);
            Chaos chaos = new Chaos(new Arena(stack, scene.residents(), scene.guest(), scene.links(), positions, plan.groups()),
                    new Drain(positions, plan.groups(), List.of("events")), recovery, acknowledgements::count, progress);
            try (Watch watch = new Watch(scene.nodes(), memory, offsets, new Random(plan.seed()))) {
                watch.start();
                publish(transfers, acknowledgements, chaos, troubles);
                progress.accept(acknowledgements.count() + " acknowledged, " + acknowledgements.unanswered() + " lines unanswered, "
                        + acknowledgements.turnedAway() + " turned away meanwhile; waiting until all is worked off");
                if (!drain.awaitEmpty(DRAINED)) {
                    troubles.add("not worked off after " + DRAINED.toSeconds() + " s");
                }
            }
            offsets.look();
            scene.nodes().stream().filter(EngineNode::hasDied).forEach(node -> troubles.add(node.name() + " has died by itself; see " + node.log()));
            troubles.addAll(chaos.troubles());
            troubles.addAll(acknowledgements.refused());
            return new Judgement(plan, stack, transfers, acknowledgements).judge(List.of(offsets, memory, recovery), recovery, chaos.done(), troubles, began);
        }
    }

    private void publish(Transfers transfers, Acknowledgements acknowledgements, Chaos chaos, List<String> troubles) throws InterruptedException {
        Pace pace = new Pace(plan.perSecond(), LONGEST_DEBT, plan.leavingDuring(0));
        try (Publication publication = new Publication(transfers, acknowledgements, pace, scene.residents().stream().map(EngineNode::events).toList())) {
            publication.start();
            chaos.run(plan.schedule(), finished -> pace.allowUpTo(plan.leavingDuring(finished)));
            pace.allowUpTo(plan.events());
            Duration limit = Duration.ofSeconds((long) (plan.events() / plan.perSecond())).plus(ACKNOWLEDGED);
            if (!publication.awaitEnd(limit)) {
                troubles.add("not all was acknowledged after " + limit.toSeconds() + " s");
            }
        }
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    @Override
    public void close() {
        scene.close();
    }
}
