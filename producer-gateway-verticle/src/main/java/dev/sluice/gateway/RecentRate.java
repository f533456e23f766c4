package dev.sluice.gateway;

/** How many a second there were lately: the greatest of the last three whole seconds. Pure: times are handed in, in ns. */
final class RecentRate {

    private static final long SECOND = 1_000_000_000L;
    /** The one under way, and three that are over. */
    private static final int KEPT = 4;

    private final long[] counts = new long[KEPT];
    /** The second that a count is of. */
    private final long[] seconds = new long[KEPT];

    void onOne(long now) {
        long second = Math.floorDiv(now, SECOND);
        int place = Math.floorMod(second, KEPT);
        if (seconds[place] != second) {
            seconds[place] = second;
            counts[place] = 0;
        }
        counts[place]++;
    }

    double perSecond(long now) {
        long second = Math.floorDiv(now, SECOND);
        long most = 0;
        for (int place = 0; place < KEPT; place++) {
            if (second - seconds[place] < KEPT) {
                most = Math.max(most, counts[place]);
            }
        }
        return most;
    }
}
