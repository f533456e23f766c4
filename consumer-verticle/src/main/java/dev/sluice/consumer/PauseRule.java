package dev.sluice.consumer;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Which partitions are not to be read now, computed afresh each time from what is unsettled and not held for later. All of them while the queue
 * is over 80 % (until it is under 10 %), while the budget is used up (until half of it is free) or zero; a single one
 * while it holds more than twice its share of the budget (until it holds no more than its share). Poll thread only.
 */
final class PauseRule {

    private static final double QUEUE_FULL = 0.8;
    private static final double QUEUE_FREE = 0.1;

    private final int maxQueueSize;
    private boolean queueFull;
    private boolean budgetUsedUp;
    private Set<AssignedPartition> overShare = Set.of();

    PauseRule(int maxQueueSize) {
        this.maxQueueSize = maxQueueSize;
    }

    /**
     * @param waiting   events in the queue
     * @param budget    in bytes
     * @param unsettled of a partition, in bytes
     */
    Set<AssignedPartition> paused(Collection<AssignedPartition> assigned, int waiting, long budget,
                                  ToLongFunction<AssignedPartition> unsettled) {
        queueFull = waiting >= (queueFull ? maxQueueSize * QUEUE_FREE : maxQueueSize * QUEUE_FULL);
        long inAll = assigned.stream().mapToLong(unsettled).sum();
        budgetUsedUp = budget == 0 || inAll >= (budgetUsedUp ? budget / 2 : budget);
        if (queueFull || budgetUsedUp) {
            return Set.copyOf(assigned);
        }
        long share = budget / Math.max(1, assigned.size());
        Set<AssignedPartition> over = new HashSet<>();
        for (AssignedPartition partition : assigned) {
            if (unsettled.applyAsLong(partition) > (overShare.contains(partition) ? share : share * 2)) {
                over.add(partition);
            }
        }
        overShare = over;
        return Set.copyOf(over);
    }
}
