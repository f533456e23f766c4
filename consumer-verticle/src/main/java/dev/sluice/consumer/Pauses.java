package dev.sluice.consumer;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

import java.util.HashSet;
import java.util.Set;

/**
 * Which partitions Kafka's client does not read. Its own thread takes partitions away at any moment, whose loss only the
 * next poll tells: so what it holds is asked anew each time. Poll thread only.
 */
final class Pauses {

    /** A loss happens once; more would be something else. */
    private static final int MOST_TRIES = 5;

    private final Consumer<?, ?> consumer;

    Pauses(Consumer<?, ?> consumer) {
        this.consumer = consumer;
    }

    /** These and no others. @return whether nothing is read now */
    boolean only(Set<TopicPartition> these) {
        for (int tries = 1; ; tries++) {
            try {
                return pauseOnly(these);
            } catch (IllegalStateException lostMeanwhile) {
                if (tries == MOST_TRIES) {
                    throw lostMeanwhile;
                }
            }
        }
    }

    private boolean pauseOnly(Set<TopicPartition> these) {
        Set<TopicPartition> pause = new HashSet<>(these);
        pause.retainAll(consumer.assignment());
        boolean all = !pause.isEmpty() && pause.containsAll(consumer.assignment());
        Set<TopicPartition> paused = consumer.paused();
        Set<TopicPartition> resume = new HashSet<>(paused);
        resume.removeAll(pause);
        pause.removeAll(paused);
        consumer.pause(pause);
        consumer.resume(resume);
        return all;
    }
}
