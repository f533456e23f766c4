package dev.sluice.testing.prove;

import dev.sluice.devstack.Stack;
import dev.sluice.testing.fault.Arena;
import dev.sluice.testing.fault.EngineNode;
import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.guarantee.Letters;
import dev.sluice.testing.guarantee.OffsetBehindEffect;
import dev.sluice.testing.guarantee.Positions;
import dev.sluice.testing.load.Acknowledgements;
import dev.sluice.testing.load.Pace;
import dev.sluice.testing.load.Publication;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/** Carries out a plan on a stack and nodes of its own, which end with it whatever happens. For one run. */
final class Proof implements AutoCloseable {

    private static final Duration ACKNOWLEDGED = Duration.ofMinutes(5);
    private static final Duration DRAINED = Duration.ofMinutes(5);
    private static final List<String> TOPICS = List.of("events", "events.retry");
    private static final List<String> MOVED = List.of("events.retry", "dlq.errors", "dlq.poison");

    private final Plan plan;
    private final Evidence evidence;
    private final Consumer<String> progress;
    private final Scene scene;

    /** @param progress hears a line for each step */
    Proof(Plan plan, Consumer<String> progress) throws IOException, FaultFailure {
        this.plan = plan;
        this.evidence = new Evidence(plan);
        this.progress = text -> progress.accept(String.format(Locale.ROOT, "%6.1f s  %s", evidence.seconds(), text));
        this.scene = new Scene(plan);
    }

    Result run() throws IOException, FaultFailure, InterruptedException, SQLException {
        progress.accept("seed " + plan.seed() + ": " + plan.events() + " events at " + Math.round(plan.perSecond()) + "/s, " + plan.faults()
                + " faults, scenario " + plan.scenario().key() + ", handler " + plan.handler());
        scene.startStack();
        new Subject(plan.handler()).prepare(scene.stack().postgres());
        scene.startNodes();
        progress.accept(scene.residents().size() + " nodes are ready");
        Acknowledgements acknowledgements = evidence.acknowledgements();
        Stack stack = scene.stack();
        String kafka = stack.bootstrapServers();
        try (Positions positions = new Positions(kafka); Letters moved = new Letters(kafka, MOVED);
             Gauges gauges = new Gauges(evidence, plan, scene, positions)) {
            OffsetBehindEffect offsets = new OffsetBehindEffect(stack.postgres(), positions, moved, evidence.transfers(),
                    acknowledgements::newestBelow, "events", plan.groups());
            gauges.start();
            try (Watch watch = new Watch(scene.nodes(), evidence.memory(), offsets, new Random(plan.seed()))) {
                watch.start();
                publish(course(positions));
                progress.accept(acknowledgements.count() + " acknowledged, " + acknowledgements.unanswered() + " lines unanswered, "
                        + acknowledgements.turnedAway() + " turned away meanwhile; waiting until all is worked off");
                if (!new Drain(positions, plan.groups(), TOPICS).awaitEmpty(stack.postgres(), DRAINED)) {
                    evidence.onTrouble("not worked off after " + DRAINED.toSeconds() + " s");
                }
            }
            offsets.look();
            scene.nodes().stream().filter(EngineNode::hasDied)
                    .forEach(node -> evidence.onTrouble(node.name() + " has died by itself; see " + node.log()));
            acknowledgements.refused().forEach(evidence::onTrouble);
            return new Judgement(plan, stack, evidence).judge(offsets);
        }
    }

    private Course course(Positions positions) {
        return plan.scenario() == Scenario.LATENCY_SPIKE ? new LatencySpike(plan, scene.stack().postgres(), evidence, progress)
                : new Chaos(plan, new Arena(scene.stack(), scene.disk(), scene.residents(), scene.guest(), scene.links(), positions, plan.groups()),
                evidence, progress);
    }

    private void publish(Course course) throws InterruptedException {
        Pace pace = new Pace(plan.perSecond(), plan.longestDebt(), plan.leavingDuring(0));
        try (Publication publication = new Publication(evidence.transfers(), evidence.acknowledgements(), pace,
                scene.residents().stream().map(EngineNode::events).toList(), plan.insists())) {
            publication.start();
            course.run(pace);
            pace.allowUpTo(plan.events());
            Duration limit = Duration.ofSeconds((long) (plan.events() / plan.perSecond())).plus(ACKNOWLEDGED);
            if (!publication.awaitEnd(limit)) {
                evidence.onTrouble("not all was acknowledged after " + limit.toSeconds() + " s");
            }
        }
    }

    @Override
    public void close() {
        scene.close();
    }
}
