package dev.sluice.testing.guarantee;

import java.util.Map;
import java.util.TreeMap;

/** The resident memory of each engine process stays below its bound, whatever happens. Safe for threads. */
public final class MemoryBounded implements Guarantee {

    private final long bound;
    private final Map<String, Long> peaks = new TreeMap<>();

    /** @param bound in bytes */
    public MemoryBounded(long bound) {
        this.bound = bound;
    }

    @Override
    public String title() {
        return "Memory is bounded";
    }

    /** @param resident bytes of that node's process */
    public synchronized void onSample(String node, long resident) {
        peaks.merge(node, resident, Math::max);
    }

    /** Over all nodes, in bytes. */
    public synchronized long peak() {
        return peaks.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    @Override
    public synchronized Finding judge() {
        Finding.Count count = new Finding.Count();
        peaks.forEach((node, peak) -> count.check(peak <= bound, "node %s had %d MiB, %d MiB are allowed", node, peak >> 20, bound >> 20));
        return count.of(this);
    }
}
