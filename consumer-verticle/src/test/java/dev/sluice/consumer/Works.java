package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.RawRecord;
import org.apache.kafka.common.TopicPartition;

import java.util.List;

/** Partitions and works without Kafka. */
final class Works {

    private Works() {
    }

    static AssignedPartition partition(int number) {
        return new AssignedPartition(new TopicPartition("events", number), "id", 0);
    }

    /** Read and not settled. */
    static void poll(AssignedPartition partition, long offset, int bytes) {
        partition.onPolled(offset, bytes);
    }

    static Work work(AssignedPartition partition, long offset) {
        return new Work(partition, new RawRecord("events", partition.topicPartition().partition(), offset, 0, null, null,
                List.of()), new Decoded.Undecodable("id-" + offset, "not looked at"), 0);
    }
}
