package dev.sluice.testing.guarantee;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * When a fault is over, all that had arrived by then is worked off within the bound: each group has committed up to the
 * ends that the partitions had in that moment. A kill is over when it has happened. Safe for threads.
 */
public final class RecoveryTime implements Guarantee {

    private record Recovery(String fault, double seconds) {
    }

    private final Duration bound;
    private final List<Recovery> recoveries = new ArrayList<>();

    public RecoveryTime(Duration bound) {
        this.bound = bound;
    }

    public Duration bound() {
        return bound;
    }

    @Override
    public String title() {
        return "Recovery takes a bounded time";
    }

    public synchronized void onRecovered(String fault, double seconds) {
        recoveries.add(new Recovery(fault, seconds));
    }

    /** @param share 0.5 for the median; @return 0 when there was no fault */
    public synchronized double quantile(double share) {
        double[] sorted = recoveries.stream().mapToDouble(Recovery::seconds).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, (int) Math.ceil(share * sorted.length) - 1)];
    }

    @Override
    public synchronized Finding judge() {
        Finding.Count count = new Finding.Count();
        recoveries.forEach(each -> count.check(each.seconds() <= bound.toMillis() / 1e3, "after %s it took %.1f s, %d s are allowed",
                each.fault(), each.seconds(), bound.toSeconds()));
        return count.of(this);
    }
}
