package dev.sluice.testing.simulation;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Kafka's partitions and a group's committed offsets. Each change is told to the guarantees at the moment it happens. */
final class Broker {

    private final World world;
    private final Map<TopicPartition, Log> logs = new LinkedHashMap<>();
    private final Map<TopicPartition, Long> committed = new LinkedHashMap<>();
    private final Map<String, Integer> partitions = new TreeMap<>();
    private boolean away;

    Broker(World world) {
        this.world = world;
    }

    void create(String topic, int count) {
        partitions.put(topic, count);
        for (int i = 0; i < count; i++) {
            logs.put(new TopicPartition(topic, i), new Log());
        }
    }

    int partitionsOf(String topic) {
        return partitions.get(topic);
    }

    /** It answers nothing, and gives nothing. */
    void away(boolean now) {
        away = now;
        world.wakeAll();
    }

    boolean isAway() {
        return away;
    }

    Map<TopicPartition, Log> logs() {
        return logs;
    }

    Log log(TopicPartition partition) {
        return logs.get(partition);
    }

    ConsumerRecord<byte[], byte[]> append(TopicPartition partition, long timestamp, byte[] key, byte[] value,
                                          List<Header> headers) {
        Log log = logs.get(partition);
        if (world.schedule().chance(0.1)) {
            log.leaveGap(1 + world.schedule().draw(3));
        }
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(partition.topic(), partition.partition(), log.end(),
                timestamp, TimestampType.CREATE_TIME, key == null ? 0 : key.length, value.length, key, value,
                new RecordHeaders(headers), Optional.empty());
        log.append(record);
        if (world.schedule().chance(0.05)) {
            log.leaveGap(1);
        }
        world.trace("kafka has %s@%d", partition, record.offset());
        world.wakeAll();
        return record;
    }

    Long committed(TopicPartition partition) {
        return committed.get(partition);
    }

    /** @param by whose commit it is; refused before if it is no member any more */
    void commit(Coordinator.Membership by, Map<TopicPartition, OffsetAndMetadata> offsets) {
        offsets.forEach((partition, offset) -> {
            long from = committed.getOrDefault(partition, 0L);
            world.trace("%s commits %s@%d", by, partition, offset.offset());
            committed.put(partition, offset.offset());
            world.guarantees().onCommitted(by, partition, from, offset.offset());
        });
    }
}
