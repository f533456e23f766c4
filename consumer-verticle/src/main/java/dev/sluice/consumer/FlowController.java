package dev.sluice.consumer;

import dev.sluice.bus.SharedPressure;

import java.time.Duration;

/**
 * Turns what is measured downstream into how much may be read ahead, and how hard producers are pressed. Between its two
 * thresholds of latency, where the batches' own aim of 20 ms lies, it goes back slowly to where it started, and no further:
 * else a consumer that has work to do would stay small for good after one slow moment. Pure.
 */
final class FlowController {

    private static final long HIGH_LATENCY_MILLIS = 50;
    static final long LOW_LATENCY_MILLIS = 10;
    private static final double HIGH_ERROR_RATIO = 0.5;
    private static final double FULL_HEAP = 0.85;
    private static final double FULL_QUEUE = 0.8;
    private static final long STALE_QUEUE_MILLIS = 200;

    /**
     * @param latencyMillis   as {@link RecentCalls#latencyMillis} has it; NaN when nothing was measured
     * @param errorRatio      failed calls as a share of those of the last 10 s; 0 when there were none
     * @param heapRatio       what is alive on the heap, as a share of the largest
     * @param queueRatio      waiting events as a share of what the queue holds
     * @param oldestWaitMillis how long the event that waits longest has waited
     */
    record Measured(double latencyMillis, double errorRatio, double heapRatio, boolean breakerOpen, double queueRatio,
                    long oldestWaitMillis) {
    }

    /** @param budgetBytes of records read and not settled; 0 pauses everything. @param pressure 0 to 1 */
    record Decision(long budgetBytes, double pressure) {
    }

    private static final int RECOVERY = 4;

    private final double highLatencyMillis;
    private final long least;
    private final long start;
    private final long most;
    private long budget;

    /** @param batchTime what events may add to a transaction: what is more than usual of it is no slowness of the downstream */
    FlowController(Duration batchTime, long least, long start, long most) {
        this.highLatencyMillis = HIGH_LATENCY_MILLIS + Math.max(0, batchTime.minus(BatchSize.USUAL).toMillis());
        this.least = least;
        this.start = start;
        this.most = most;
        this.budget = start;
    }

    /** One step; to be called at even intervals (500 ms). */
    Decision onMeasured(Measured now) {
        boolean failing = now.breakerOpen() || now.errorRatio() > HIGH_ERROR_RATIO || now.heapRatio() > FULL_HEAP;
        if (failing) {
            budget = 0;
        } else if (budget == 0) {
            budget = least;
        } else if (now.latencyMillis() > highLatencyMillis) {
            budget = Math.max(least, budget / 2);
        } else if (now.latencyMillis() < LOW_LATENCY_MILLIS) {
            budget = Math.min(most, budget * 2);
        } else if (budget < start && !Double.isNaN(now.latencyMillis())) {
            budget = Math.min(start, budget + budget / RECOVERY);
        }
        return new Decision(budget, failing ? 1 : pressure(now));
    }

    /** A downstream is slow that takes longer. */
    double highLatencyMillis() {
        return highLatencyMillis;
    }

    /** Of a downstream that takes so long. */
    double pressureOf(double latencyMillis) {
        return latencyMillis > highLatencyMillis ? Math.max(SharedPressure.RAISED, 1 - highLatencyMillis / latencyMillis) : 0;
    }

    private double pressure(Measured now) {
        double pressure = pressureOf(now.latencyMillis());
        boolean stuck = now.queueRatio() >= FULL_QUEUE && now.oldestWaitMillis() > STALE_QUEUE_MILLIS
                && now.latencyMillis() >= LOW_LATENCY_MILLIS;
        if (stuck) {
            pressure = Math.max(pressure, Math.max(SharedPressure.RAISED, 1 - (double) STALE_QUEUE_MILLIS / now.oldestWaitMillis()));
        }
        return Math.min(1, pressure);
    }
}
