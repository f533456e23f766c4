package dev.sluice.consumer;

/**
 * When the breaker opens, besides five failed batches in a row: half of at least 20 calls in 10 s have failed, or latency
 * has been above 1 s for 5 s. Times are nanoseconds of one clock, handed in. Pure.
 */
final class BreakerRule {

    static final int FAILED_IN_A_ROW = 5;
    private static final int ENOUGH_CALLS = 20;
    private static final double HALF = 0.5;
    private static final double SLOW_MILLIS = 1_000;
    private static final long SLOW_NANOS = 5_000_000_000L;

    private boolean slow;
    private long slowSince;

    /**
     * @param calls         of the last 10 s
     * @param failureRatio  of these, of availability failures
     * @param latencyMillis as {@link RecentCalls#latencyMillis} has it
     */
    boolean opens(long now, int calls, double failureRatio, double latencyMillis) {
        if (!(latencyMillis > SLOW_MILLIS)) {
            slow = false;
        } else if (!slow) {
            slow = true;
            slowSince = now;
        }
        return calls >= ENOUGH_CALLS && failureRatio >= HALF || slow && now - slowSince >= SLOW_NANOS;
    }

    /** The breaker has closed: what was before does not count. */
    void onClosed() {
        slow = false;
    }
}
