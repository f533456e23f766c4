package dev.sluice.consumer;

import java.util.concurrent.TimeUnit;

/**
 * A percentile of what was recorded in the last minutes, five at most and half of them at least, to 1 %. Durations are
 * counted in ranges, 128 for each doubling: a histogram with recorders for many threads costs ten times as much for each
 * event. Times are nanoseconds of one clock, handed in. Any thread.
 */
final class RecentLatencies {

    static final long HALF_NANOS = TimeUnit.SECONDS.toNanos(150);
    private static final int STEP_BITS = 7;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int RANGES = (Long.SIZE - STEP_BITS) * STEPS;

    private int[] counts = new int[RANGES];
    private int[] before = new int[RANGES];
    private long sinceNanos;

    RecentLatencies(long now) {
        this.sinceNanos = now;
    }

    synchronized void add(long now, long nanos) {
        turn(now);
        counts[range(TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos)))]++;
    }

    /** @param share 0.99 for the 99th percentile @return in seconds; 0 when nothing was recorded */
    synchronized double percentile(long now, double share) {
        turn(now);
        long all = 0;
        for (int i = 0; i < RANGES; i++) {
            all += counts[i] + before[i];
        }
        long left = (long) Math.ceil(all * share);
        for (int i = 0; left > 0 && i < RANGES; i++) {
            left -= counts[i] + before[i];
            if (left <= 0) {
                return least(i + 1) / 1e6;
            }
        }
        return 0;
    }

    private void turn(long now) {
        for (int halves = 0; halves < 2 && now - sinceNanos >= HALF_NANOS; halves++) {
            before = counts;
            counts = new int[RANGES];
            sinceNanos = now - sinceNanos >= 2 * HALF_NANOS ? now - HALF_NANOS : now;
        }
    }

    /** Of small numbers their own, then as many for each doubling. */
    static int range(long micros) {
        int doublings = Math.max(0, Long.SIZE - STEP_BITS - 1 - Long.numberOfLeadingZeros(micros));
        return doublings * STEPS + (int) (micros >>> doublings);
    }

    /** The least number in a range. */
    static long least(int range) {
        int doublings = Math.max(0, range / STEPS - 1);
        return (long) (range - doublings * STEPS) << doublings;
    }
}
