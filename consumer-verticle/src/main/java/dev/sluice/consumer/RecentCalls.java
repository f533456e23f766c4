package dev.sluice.consumer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Durations of the last 5 s and failures of the last 10 s, of calls to the downstream, and the calls under way. Times
 * are nanoseconds of one clock, handed in. Not thread-safe.
 */
final class RecentCalls {

    private static final long LATENCY_NANOS = 5_000_000_000L;
    private static final long FAILURE_NANOS = 10_000_000_000L;
    /** A process that has just started is slow by itself: its classes are loaded, and nothing is compiled. */
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    /** And then is this fast, or so slow that nothing else explains it. */
    private static final long FAST_NANOS = 50_000_000L;
    static final long SLOW_MILLIS = 250;
    private static final long SLOW_NANOS = SLOW_MILLIS * 1_000_000;
    /** So many slow calls are a state of the downstream. */
    private static final int IN_A_ROW = 3;

    /** A call under way. */
    static final class Call {
        private final long startNanos;

        private Call(long startNanos) {
            this.startNanos = startNanos;
        }
    }

    private record Ended(long nanos, long durationNanos, boolean failed) {
        private long startNanos() {
            return nanos - durationNanos;
        }
    }

    private final Deque<Ended> ended = new ArrayDeque<>();
    private final Map<Call, Boolean> running = new IdentityHashMap<>();
    private boolean hasStarted;
    private long firstStartNanos;
    private long lastStartNanos;

    Call onStarted(long now) {
        Call call = new Call(now);
        if (!hasStarted) {
            hasStarted = true;
            firstStartNanos = now;
        }
        lastStartNanos = now;
        running.put(call, true);
        return call;
    }

    /** @return its duration in nanoseconds */
    long onEnded(Call call, long now, boolean failed) {
        running.remove(call);
        forget(now);
        ended.add(new Ended(now, now - call.startNanos, failed));
        return now - call.startNanos;
    }

    /**
     * The greater of the 95th percentile of 5 s and what the latest calls all took at least: the oldest one under way and the
     * two that ended last; of one that hangs its age. NaN without either. Of fewer than twenty calls the slowest is left out,
     * unless it is the only one: one hiccup is no state of the downstream. Nor is what began within 3 s of the first call and
     * took more than 50 and less than 250 ms: that is the process itself.
     */
    double latencyMillis(long now) {
        forget(now);
        long[] recent = ended.stream().filter(call -> isRecent(call, now)).mapToLong(Ended::durationNanos).sorted().toArray();
        double quantile = recent.length == 0 ? Double.NaN : recent[(int) Math.floor((recent.length - 1) * 0.95)] / 1e6;
        double latest = latestMillis(now);
        return Double.isNaN(latest) || quantile > latest ? quantile : latest;
    }

    /** One that stands still for a moment says nothing, whether the process or the disk did; a third one in a row does. */
    private double latestMillis(long now) {
        double oldest = oldestMillis(now);
        if (Double.isNaN(oldest) || oldest >= SLOW_MILLIS) {
            return oldest;
        }
        int left = IN_A_ROW - 1;
        for (Iterator<Ended> calls = ended.descendingIterator(); left > 0 && calls.hasNext(); ) {
            Ended call = calls.next();
            if (isRecent(call, now)) {
                oldest = Math.min(oldest, call.durationNanos / 1e6);
                left--;
            }
        }
        return left == 0 ? oldest : Double.NaN;
    }

    private boolean isRecent(Ended call, long now) {
        return !call.failed && now - call.nanos <= LATENCY_NANOS && tells(call.startNanos(), call.durationNanos);
    }

    /** Age of the oldest call under way that tells; NaN without. */
    double oldestMillis(long now) {
        return running.keySet().stream().mapToLong(call -> call.startNanos).filter(start -> tells(start, now - start))
                .mapToDouble(start -> (now - start) / 1e6).max().orElse(Double.NaN);
    }

    private boolean tells(long startNanos, long durationNanos) {
        return durationNanos <= FAST_NANOS || durationNanos >= SLOW_NANOS || startNanos - firstStartNanos >= WARM_UP_NANOS;
    }

    /** 0 without calls. */
    double failureRatio(long now) {
        forget(now);
        return ended.isEmpty() ? 0 : (double) ended.stream().filter(Ended::failed).count() / ended.size();
    }

    int calls(long now) {
        forget(now);
        return ended.size();
    }

    /** When the last call began; 0 before the first. */
    long lastStartNanos() {
        return lastStartNanos;
    }

    /** An outage is over: what failed in it says nothing about now. */
    void forgetFailures() {
        ended.removeIf(Ended::failed);
    }

    private void forget(long now) {
        while (!ended.isEmpty() && now - ended.peek().nanos > FAILURE_NANOS) {
            ended.poll();
        }
    }
}
