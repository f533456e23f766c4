package dev.sluice.dlq;

import dev.sluice.config.KafkaSettings;
import dev.sluice.event.RawRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** Reads chosen letters from Kafka, many in one pass. Blocks: for worker threads. */
final class LetterRecords {

    private static final long LIMIT_NANOS = Duration.ofSeconds(8).toNanos();
    /** What lies between two letters is read over, unless it is more than this: then it is skipped. */
    private static final long WORTH_A_SEEK = 1_000;

    private final KafkaSettings kafka;

    LetterRecords(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * @param records by place
     * @param gone    Kafka has them no more; what is neither here nor there was not reached within 8 s
     */
    record Found(Map<Place, RawRecord> records, Set<Place> gone) {
    }

    Found read(Collection<Place> places) {
        Map<TopicPartition, NavigableSet<Long>> wanted = new HashMap<>();
        places.forEach(place -> wanted.computeIfAbsent(new TopicPartition(place.topic(), place.partition()),
                key -> new TreeSet<>()).add(place.offset()));
        Found found = new Found(new HashMap<>(), new HashSet<>());
        long start = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(wanted.keySet());
            dropUnreachable(consumer, wanted, found);
            wanted.forEach((partition, offsets) -> consumer.seek(partition, offsets.first()));
            while (!wanted.isEmpty() && System.nanoTime() - start < LIMIT_NANOS) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(250))) {
                    NavigableSet<Long> offsets = wanted.get(new TopicPartition(record.topic(), record.partition()));
                    if (offsets != null && offsets.remove(record.offset())) {
                        found.records().put(new Place(record.topic(), record.partition(), record.offset()), raw(record));
                    }
                }
                goOn(consumer, wanted, found);
            }
        }
        return found;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties("sluice-dead-letter-reader"));
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "earliest"); // behind the end it would pass what it is to find
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static void dropUnreachable(KafkaConsumer<byte[], byte[]> consumer,
                                        Map<TopicPartition, NavigableSet<Long>> wanted, Found found) {
        Map<TopicPartition, Long> first = consumer.beginningOffsets(wanted.keySet());
        Map<TopicPartition, Long> end = consumer.endOffsets(wanted.keySet());
        wanted.forEach((partition, offsets) -> {
            drop(partition, offsets.headSet(first.get(partition)), found);
            drop(partition, offsets.tailSet(end.get(partition)), found);
        });
        leaveWhatIsDone(consumer, wanted);
    }

    /** An offset that the reader has passed held no record (compacted, or a transaction's marker). */
    private static void goOn(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, NavigableSet<Long>> wanted,
                             Found found) {
        wanted.forEach((partition, offsets) -> {
            long position = consumer.position(partition);
            drop(partition, offsets.headSet(position), found);
            if (!offsets.isEmpty() && offsets.first() - position > WORTH_A_SEEK) {
                consumer.seek(partition, offsets.first());
            }
        });
        leaveWhatIsDone(consumer, wanted);
    }

    private static void drop(TopicPartition partition, Set<Long> offsets, Found found) {
        offsets.forEach(offset -> found.gone().add(new Place(partition.topic(), partition.partition(), offset)));
        offsets.clear();
    }

    private static void leaveWhatIsDone(KafkaConsumer<byte[], byte[]> consumer,
                                        Map<TopicPartition, NavigableSet<Long>> wanted) {
        if (wanted.values().removeIf(Set::isEmpty)) {
            consumer.assign(wanted.keySet());
        }
    }

    static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        List<RawRecord.Header> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(new RawRecord.Header(header.key(), header.value())));
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), headers);
    }
}
