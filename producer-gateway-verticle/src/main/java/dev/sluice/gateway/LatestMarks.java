package dev.sluice.gateway;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * The marks of the latest identities that were published: half of what it may hold at least, and none that is too old. In two
 * generations, the older of which goes when the younger has its half. A cache that goes by how often an entry was asked for
 * keeps the oldest of a stream in which each comes once, and of the latest a hundredth. Any thread.
 */
final class LatestMarks {

    private record Known(Mark.Published mark, long since) {
    }

    private record Generation(ConcurrentMap<String, Known> marks, long begun) {
        private static Generation beginning(long now) {
            return new Generation(new ConcurrentHashMap<>(), now);
        }
    }

    private record Generations(Generation younger, Generation older) {
    }

    private final int half;
    private final long ageNanos;
    private final LongSupplier nanos;
    private volatile Generations generations;

    /** @param most at most so many, 2 at least @param age of a mark @param nanos {@link System#nanoTime}, or a test's */
    LatestMarks(int most, Duration age, LongSupplier nanos) {
        this.half = Math.max(1, most / 2);
        this.ageNanos = age.toNanos();
        this.nanos = nanos;
        long now = nanos.getAsLong();
        this.generations = new Generations(Generation.beginning(now), Generation.beginning(now));
    }

    /** Null when it is not known. */
    Mark.Published of(String key) {
        Generations all = generations;
        Known known = all.younger.marks.get(key);
        if (known == null) {
            known = all.older.marks.get(key);
        }
        return known != null && nanos.getAsLong() - known.since < ageNanos ? known.mark : null;
    }

    void add(String key, Mark.Published mark) {
        long now = nanos.getAsLong();
        younger(now).marks.put(key, new Known(mark, now));
    }

    private Generation younger(long now) {
        Generation younger = generations.younger;
        return isComplete(younger, now) ? next(now) : younger;
    }

    private synchronized Generation next(long now) {
        Generation younger = generations.younger;
        if (isComplete(younger, now)) {
            generations = new Generations(Generation.beginning(now), younger);
        }
        return generations.younger;
    }

    private boolean isComplete(Generation generation, long now) {
        return generation.marks.size() >= half || now - generation.begun >= ageNanos;
    }

    int size() {
        return generations.younger.marks.size() + generations.older.marks.size();
    }
}
