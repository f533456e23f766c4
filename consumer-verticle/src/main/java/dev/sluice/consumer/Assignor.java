package dev.sluice.consumer;

import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;

/** Who gets which partition under the classic protocol; all members of a group must have the same. */
public enum Assignor {
    /** Moves as few as it can, and only those stand still that move; shares may differ by some. */
    COOPERATIVE_STICKY(CooperativeStickyAssignor.class),
    /** Topic by topic, evenly; at each change all partitions are given up for a moment. */
    RANGE(RangeAssignor.class),
    /** All topics together, evenly; at each change all partitions are given up for a moment. */
    ROUND_ROBIN(RoundRobinAssignor.class);

    private final Class<? extends ConsumerPartitionAssignor> strategy;

    Assignor(Class<? extends ConsumerPartitionAssignor> strategy) {
        this.strategy = strategy;
    }

    /** As Kafka's {@code partition.assignment.strategy} has it. */
    String strategy() {
        return strategy.getName();
    }
}
