package dev.sluice.bus;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Lag of all groups at one moment, in events.
 *
 * @param parked          events that wait in {@code parked_events} for their turn
 * @param total           of all partitions of all groups, retry topics and parked events included; a partition without
 *                        a commit counts from the group's start: 0 means that everything has its final outcome
 * @param sampledAtMillis since the epoch
 */
public record LagReport(List<PartitionLag> partitions, List<TopicLag> topics, long parked, long total,
                        long sampledAtMillis) implements Message {

    /**
     * @param committed the next offset that the group will read; empty when it never committed
     * @param low       the oldest offset that the partition still has
     * @param end       the offset after the last one that a {@code read_committed} reader can see
     * @param lag       end - max(committed, low); empty without a commit
     * @param seconds   age of the oldest event that is not processed; 0 when there is none, empty without a commit
     * @param parked    of this partition's events
     * @param reason    of the verdict, for an operator
     */
    public record PartitionLag(String group, String topic, int partition, OptionalLong committed, long low, long end,
                               OptionalLong lag, OptionalDouble seconds, long parked, LagVerdict verdict,
                               String reason) {
    }

    /**
     * @param drainSeconds until it is worked off at the present pace; empty while it grows or is not known
     * @param members      that own partitions of it
     */
    public record TopicLag(String group, String topic, long lag, OptionalDouble drainSeconds, int partitions, int members) {
    }
}
