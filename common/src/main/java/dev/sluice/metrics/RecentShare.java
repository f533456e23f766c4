package dev.sluice.metrics;

/** A part as a share of a whole, over the last 5 minutes, in steps of 10 s. Any thread. */
public final class RecentShare {

    private static final int STEPS = 30;
    private static final long STEP_NANOS = 10_000_000_000L;

    private final long[] step = new long[STEPS];
    private final long[] part = new long[STEPS];
    private final long[] whole = new long[STEPS];

    /** @param now nanoseconds of one clock */
    public synchronized void add(long now, boolean counts) {
        long current = Math.floorDiv(now, STEP_NANOS);
        int slot = (int) Math.floorMod(current, (long) STEPS);
        if (step[slot] != current) {
            step[slot] = current;
            part[slot] = 0;
            whole[slot] = 0;
        }
        whole[slot]++;
        part[slot] += counts ? 1 : 0;
    }

    /** NaN when nothing was added. */
    public synchronized double ratio(long now) {
        long oldest = Math.floorDiv(now, STEP_NANOS) - STEPS;
        long parts = 0;
        long all = 0;
        for (int slot = 0; slot < STEPS; slot++) {
            if (step[slot] > oldest) {
                parts += part[slot];
                all += whole[slot];
            }
        }
        return all == 0 ? Double.NaN : (double) parts / all;
    }
}
