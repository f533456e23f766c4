package dev.sluice.consumer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Holds works of retry topics back until they are due. A retry partition holds one delay, so its head is due first. It is
 * read ahead, so that what is due next is here before it is due, until so much of it is held; then it is closed. What
 * is held has this bound (and one fetch) per partition, apart from the prefetch budget: it must not hold up what is due.
 * Pure, poll thread only.
 */
final class RetryGate {

    /** At 2,000 retries a second over 24 partitions this is read three seconds ahead. */
    static final int MOST_HELD = 256;
    static final long MOST_BYTES = 256 << 10;

    private record Held(Work work, long dueMillis) {
    }

    private static final class Queue {
        private final Deque<Held> works = new ArrayDeque<>();
        private long bytes;

        private boolean isFull() {
            return works.size() >= MOST_HELD || bytes >= MOST_BYTES;
        }
    }

    private final Map<AssignedPartition, Queue> held = new LinkedHashMap<>();

    void hold(Work work, long dueMillis) {
        Queue queue = held.computeIfAbsent(work.partition(), key -> new Queue());
        queue.works.add(new Held(work, dueMillis));
        queue.bytes += work.bytes();
    }

    /** What comes after it in its partition waits, too. */
    boolean holdsAnyOf(AssignedPartition partition) {
        return held.containsKey(partition);
    }

    long heldBytes(AssignedPartition partition) {
        Queue queue = held.get(partition);
        return queue == null ? 0 : queue.bytes;
    }

    /** Partitions that are not to be read now. */
    Set<AssignedPartition> closed() {
        return held.entrySet().stream().filter(each -> each.getValue().isFull()).map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    /** @param nowMillis since the epoch. @return what is due, in the order of offsets per partition */
    List<Work> due(long nowMillis) {
        List<Work> due = new ArrayList<>();
        for (Iterator<Queue> each = held.values().iterator(); each.hasNext(); ) {
            Queue queue = each.next();
            while (!queue.works.isEmpty() && queue.works.peek().dueMillis() <= nowMillis) {
                Work work = queue.works.poll().work();
                queue.bytes -= work.bytes();
                due.add(work);
            }
            if (queue.works.isEmpty()) {
                each.remove();
            }
        }
        return due;
    }

    /** When the next held work is due. */
    OptionalLong nextDueMillis() {
        return held.values().stream().mapToLong(queue -> queue.works.peek().dueMillis()).min();
    }

    void forget(AssignedPartition partition) {
        held.remove(partition);
    }
}
