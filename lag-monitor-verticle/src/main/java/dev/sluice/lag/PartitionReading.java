package dev.sluice.lag;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a partition and a group stand, as Kafka says.
 *
 * @param topicId   tells a topic from an earlier one of its name
 * @param committed the next offset to read; empty is "none"
 * @param member    who owns the partition
 */
record PartitionReading(String group, String topic, String topicId, int partition, OptionalLong committed, long low,
                        long end, Optional<String> member) {

    /**
     * A commit beyond the end belongs to an earlier topic of this name (commits are read before ends, so it is no newer
     * than they are): the group will read this topic from its oldest record.
     */
    boolean hasForeignCommit() {
        return committed.isPresent() && committed.getAsLong() > end;
    }

    /** The oldest offset that is there and not processed. */
    long next() {
        return committed.isPresent() && !hasForeignCommit() ? Math.max(committed.getAsLong(), low) : low;
    }
}
