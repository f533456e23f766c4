package dev.sluice.gateway;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets a new producer's first record into each partition alone. Kafka refuses a batch whose predecessor it has not seen,
 * but not from a producer of which the partition knows nothing: while a broker starts, it could turn the first batch away
 * and take the second, and what was sent first would be last. For one producer and its thread.
 */
final class Introductions {

    private final Set<TopicPartition> known = new HashSet<>();
    /** Behind a first record that is under way. */
    private final Map<TopicPartition, Deque<Runnable>> waiting = new HashMap<>();

    /** Runs it now, or when the partition has answered. */
    void inTurn(TopicPartition partition, Runnable sending) {
        Deque<Runnable> behind = waiting.get(partition);
        if (behind != null) {
            behind.add(sending);
            return;
        }
        if (!known.contains(partition)) {
            waiting.put(partition, new ArrayDeque<>());
        }
        sending.run();
    }

    /** To be told once for what {@link #isFirst} was true. @param written the partition knows the producer now; else the next is first */
    void onAnswer(TopicPartition partition, boolean written) {
        if (written) {
            known.add(partition);
        }
        Deque<Runnable> behind = waiting.remove(partition);
        while (behind != null && !behind.isEmpty()) {
            inTurn(partition, behind.poll());
        }
    }

    /** Nobody answers any more: all that waits runs. */
    void onEnd() {
        List.copyOf(waiting.keySet()).forEach(partition -> onAnswer(partition, false));
    }

    /** Asked while something runs in its turn: whether it is the partition's first. */
    boolean isFirst(TopicPartition partition) {
        return !known.contains(partition);
    }
}
