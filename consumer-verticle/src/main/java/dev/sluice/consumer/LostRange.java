package dev.sluice.consumer;

import org.apache.kafka.common.TopicPartition;

/**
 * A committed offset that its partition no longer has: what lies between was deleted, or the partition was made anew.
 * Nothing is read until an operator decides; an offset never moves by itself.
 *
 * @param from      the next offset that the group would read
 * @param firstLeft the first offset that can be read
 */
record LostRange(TopicPartition partition, long from, long firstLeft) {

    @Override
    public String toString() {
        return from < firstLeft ? partition + " is stopped: offsets " + from + " to " + (firstLeft - 1) + " are gone"
                : partition + " is stopped: offset " + from + " is beyond its end";
    }
}
