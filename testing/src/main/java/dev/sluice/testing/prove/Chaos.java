package dev.sluice.testing.prove;

import dev.sluice.testing.fault.Arena;
import dev.sluice.testing.fault.Fault;
import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.fault.Schedule;
import dev.sluice.testing.load.Pace;
import org.apache.kafka.common.TopicPartition;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** Brings about one planned fault after the other, each under load, and measures how long all needs to be well again. */
final class Chaos implements Course {

    private static final Duration KAFKA_BACK = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 50;

    private final Plan plan;
    private final Arena arena;
    private final Drain drain;
    private final Evidence evidence;
    private final Consumer<String> progress;
    private int finished;

    Chaos(Plan plan, Arena arena, Evidence evidence, Consumer<String> progress) {
        this.plan = plan;
        this.arena = arena;
        this.drain = new Drain(arena.positions(), plan.groups(), List.of("events"));
        this.evidence = evidence;
        this.progress = progress;
    }

    /** Ends early at a fault that can't be brought about or ended. */
    @Override
    public void run(Pace pace) throws InterruptedException {
        for (Schedule.Planned planned : plan.schedule().faults()) {
            while (evidence.acknowledgements().count() < planned.afterEvents()) {
                Thread.sleep(PAUSE_MILLIS);
            }
            Fault fault = planned.kind().in(arena, planned.choice());
            try {
                inject(planned, fault);
            } catch (FaultFailure | RuntimeException e) {
                evidence.onTrouble(fault.name() + ": " + e.getMessage());
                progress.accept("trouble with " + fault.name() + ": " + e.getMessage());
                return;
            }
            pace.allowUpTo(plan.leavingDuring(++finished));
        }
    }

    private void inject(Schedule.Planned planned, Fault fault) throws FaultFailure, InterruptedException {
        Map<TopicPartition, Long> before = fault.isOverAtOnce() ? drain.ends(KAFKA_BACK) : Map.of();
        double from = evidence.seconds();
        fault.begin();
        // What was hit starts again meanwhile: others have taken its place, and need not wait for it.
        FutureTask<OptionalDouble> recovery = fault.isOverAtOnce() ? recovery(before, System.nanoTime()) : null;
        String harm;
        try {
            Thread.sleep(planned.duration().toMillis());
            harm = fault.harm();
        } finally {
            fault.end();
        }
        long over = System.nanoTime();
        double until = evidence.seconds();
        evidence.timeline().band(from, until, fault.name() + ": " + harm);
        OptionalDouble seconds = get(recovery == null ? recovery(drain.ends(KAFKA_BACK), over) : recovery);
        evidence.recovery().onRecovered(fault.name(), seconds.orElse(Double.POSITIVE_INFINITY));
        evidence.onFault(planned.kind().key());
        progress.accept(String.format(Locale.ROOT, "%3d. %-20s %4.1f s; %s; recovered %s", finished + 1, fault.name(),
                until - from, harm,
                seconds.isPresent() ? String.format(Locale.ROOT, "after %.1f s", seconds.getAsDouble()) : "NOT"));
    }

    /** Begins to wait until all groups have got there. @param over since when it counts */
    private FutureTask<OptionalDouble> recovery(Map<TopicPartition, Long> ends, long over) {
        FutureTask<OptionalDouble> waiting = new FutureTask<>(
                () -> drain.awaitReached(ends, over, evidence.recovery().bound().multipliedBy(2)));
        Thread thread = new Thread(waiting, "prove-recovery");
        thread.setDaemon(true);
        thread.start();
        return waiting;
    }

    private static OptionalDouble get(FutureTask<OptionalDouble> waiting) throws InterruptedException {
        try {
            return waiting.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }
}
