package dev.sluice.bus;

import java.util.List;
import java.util.OptionalLong;

/**
 * Lag of all groups at one moment, in events.
 *
 * @param total           of all partitions of all groups, retry topics and parked events included; a partition without
 *                        a commit counts from the group's start: 0 means that everything has its final outcome
 * @param sampledAtMillis since the epoch
 */
public record LagReport(List<PartitionLag> partitions, long parked, long total, long sampledAtMillis) implements Message {

    /**
     * @param committed the next offset that the group will read; empty when it never committed
     * @param low       the oldest offset that the partition still has
     * @param end       the offset after the last one that a {@code read_committed} reader can see
     * @param lag       end - max(committed, low); empty without a commit
     */
    public record PartitionLag(String group, String topic, int partition, OptionalLong committed, long low, long end,
                               OptionalLong lag) {
    }
}
