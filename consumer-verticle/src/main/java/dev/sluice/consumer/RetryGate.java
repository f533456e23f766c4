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

/**
 * Holds works of retry topics back until they are due. A retry partition holds one delay, so its head is due first; the
 * partition is not read further while it has a held work. Pure, poll thread only.
 */
final class RetryGate {

    private record Held(Work work, long dueMillis) {
    }

    private final Map<AssignedPartition, Deque<Held>> held = new LinkedHashMap<>();

    void hold(Work work, long dueMillis) {
        held.computeIfAbsent(work.partition(), key -> new ArrayDeque<>()).add(new Held(work, dueMillis));
    }

    /** Partitions that are not to be read now. */
    Set<AssignedPartition> closed() {
        return held.keySet();
    }

    /** @param nowMillis since the epoch. @return what is due, in the order of offsets per partition */
    List<Work> due(long nowMillis) {
        List<Work> due = new ArrayList<>();
        for (Iterator<Deque<Held>> each = held.values().iterator(); each.hasNext(); ) {
            Deque<Held> queue = each.next();
            while (!queue.isEmpty() && queue.peek().dueMillis() <= nowMillis) {
                due.add(queue.poll().work());
            }
            if (queue.isEmpty()) {
                each.remove();
            }
        }
        return due;
    }

    /** When the next held work is due. */
    OptionalLong nextDueMillis() {
        return held.values().stream().mapToLong(queue -> queue.peek().dueMillis()).min();
    }

    void forget(AssignedPartition partition) {
        held.remove(partition);
    }
}
