package dev.sluice.testing.prove;

import dev.sluice.testing.fault.Arena;
import dev.sluice.testing.fault.Fault;
import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.fault.Schedule;
import dev.sluice.testing.guarantee.RecoveryTime;
import org.apache.kafka.common.TopicPartition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Brings about one planned fault after the other, each under load, and measures how long all needs to be well again. */
final class Chaos {

    private static final Duration KAFKA_BACK = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 50;

    private final Arena arena;
    private final Drain drain;
    private final RecoveryTime recovery;
    private final LongSupplier acknowledged;
    private final Consumer<String> progress;
    private final Map<String, Integer> done = new TreeMap<>();
    private final List<String> troubles = new ArrayList<>();
    private final AtomicInteger finished = new AtomicInteger();

    /** @param acknowledged how many events have been acknowledged by now */
    Chaos(Arena arena, Drain drain, RecoveryTime recovery, LongSupplier acknowledged, Consumer<String> progress) {
        this.arena = arena;
        this.drain = drain;
        this.recovery = recovery;
        this.acknowledged = acknowledged;
        this.progress = progress;
    }

    /** Ends early at a fault that can't be brought about or ended. @param onFinished hears how many faults are over */
    void run(Schedule schedule, Consumer<Integer> onFinished) throws InterruptedException {
        for (Schedule.Planned planned : schedule.faults()) {
            while (acknowledged.getAsLong() < planned.afterEvents()) {
                Thread.sleep(PAUSE_MILLIS);
            }
            Fault fault = planned.kind().in(arena, planned.choice());
            try {
                inject(planned, fault);
            } catch (FaultFailure | RuntimeException e) {
                troubles.add(fault.name() + ": " + e.getMessage());
                progress.accept("trouble with " + fault.name() + ": " + e.getMessage());
                return;
            }
            onFinished.accept(finished.incrementAndGet());
        }
    }

    private void inject(Schedule.Planned planned, Fault fault) throws FaultFailure, InterruptedException {
        Map<TopicPartition, Long> ends = fault.isOverAtOnce() ? drain.ends(KAFKA_BACK) : Map.of();
        fault.begin();
        long over = System.nanoTime();
        String harm;
        try {
            Thread.sleep(planned.duration().toMillis());
            harm = fault.harm();
        } finally {
            fault.end();
        }
        if (!fault.isOverAtOnce()) {
            over = System.nanoTime();
            ends = drain.ends(KAFKA_BACK);
        }
        OptionalDouble seconds = drain.awaitReached(ends, over, recovery.bound().multipliedBy(2));
        recovery.onRecovered(fault.name(), seconds.orElse(Double.POSITIVE_INFINITY));
        done.merge(planned.kind().key(), 1, Integer::sum);
        progress.accept(String.format(Locale.ROOT, "%3d. %-20s %4.1f s; %s; recovered %s", finished.get() + 1, fault.name(),
                planned.duration().toMillis() / 1e3, harm,
                seconds.isPresent() ? String.format(Locale.ROOT, "after %.1f s", seconds.getAsDouble()) : "NOT"));
    }

    /** By kind. */
    Map<String, Integer> done() {
        return done;
    }

    List<String> troubles() {
        return troubles;
    }
}
