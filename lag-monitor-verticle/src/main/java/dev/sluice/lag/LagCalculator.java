package dev.sluice.lag;

import dev.sluice.bus.LagReport.PartitionLag;

import java.util.List;
import java.util.OptionalLong;

/** Lag from offsets. Pure. */
final class LagCalculator {

    private LagCalculator() {
    }

    /** @param committed the next offset to read; empty is "none" and has no lag */
    static PartitionLag of(String group, String topic, int partition, OptionalLong committed, long low, long end) {
        OptionalLong lag = committed.isEmpty() ? OptionalLong.empty() : OptionalLong.of(between(committed.getAsLong(), low, end));
        return new PartitionLag(group, topic, partition, committed, low, end, lag);
    }

    /** What is still to be read; a group without a commit starts at the oldest record. */
    static long outstanding(PartitionLag partition) {
        return partition.lag().orElse(between(partition.low(), partition.low(), partition.end()));
    }

    static long total(List<PartitionLag> partitions) {
        return partitions.stream().mapToLong(LagCalculator::outstanding).sum();
    }

    /** Never below 0: a commit may be newer than the end that was seen. Records below low are gone, nobody is behind them. */
    private static long between(long committed, long low, long end) {
        return Math.max(0, end - Math.max(committed, low));
    }
}
