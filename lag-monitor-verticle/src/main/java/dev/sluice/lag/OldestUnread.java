package dev.sluice.lag;

import dev.sluice.config.KafkaSettings;
import dev.sluice.event.FailureHeaders;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the timestamps of the oldest unread records, without a group: at most 256 partitions and one second a sample,
 * the furthest behind first. What was read for an offset that has not moved is not read again. Blocks; one thread at a
 * time.
 */
final class OldestUnread {

    static final int MOST = 256;
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(100);

    record Place(String topic, String topicId, int partition, long offset) {

        static Place of(PartitionReading reading) {
            return new Place(reading.topic(), reading.topicId(), reading.partition(), reading.next());
        }

        TopicPartition topicPartition() {
            return new TopicPartition(topic, partition);
        }
    }

    /** @param dueMillis of a record in a retry topic */
    record Found(long timestamp, OptionalLong dueMillis) {
    }

    private final KafkaConsumer<byte[], byte[]> consumer;
    private Map<Place, Found> known = Map.of();

    OldestUnread(KafkaSettings kafka, String clientId) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties(clientId));
        properties.putAll(Map.of("enable.auto.commit", "false", "auto.offset.reset", "none",
                "isolation.level", "read_committed", "allow.auto.create.topics", "false",
                "max.partition.fetch.bytes", "65536", "fetch.max.bytes", "4194304", "fetch.max.wait.ms", "100",
                "default.api.timeout.ms", "1000"));
        this.consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** @return of some of the places; a place that is gone, or that Kafka did not give in time, is not among them */
    Map<Place, Found> read(Collection<PartitionReading> readings) {
        Map<Place, Found> found = new HashMap<>();
        Set<Place> missing = new HashSet<>();
        readings.stream().filter(reading -> LagCalculator.outstanding(reading) > 0)
                .sorted(Comparator.comparingLong(LagCalculator::outstanding).reversed()).map(Place::of)
                .distinct().limit(MOST).forEach(place -> {
                    if (known.containsKey(place)) {
                        found.put(place, known.get(place));
                    } else {
                        missing.add(place);
                    }
                });
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!missing.isEmpty() && System.nanoTime() < end) {
            Map<TopicPartition, Place> round = new HashMap<>();
            missing.forEach(place -> round.putIfAbsent(place.topicPartition(), place));
            missing.removeAll(round.values());
            fetch(round, found, end);
        }
        known = Map.copyOf(found);
        return known;
    }

    private void fetch(Map<TopicPartition, Place> round, Map<Place, Found> found, long end) {
        consumer.assign(round.keySet());
        round.forEach((partition, place) -> consumer.seek(partition, place.offset()));
        Set<TopicPartition> open = new HashSet<>(round.keySet());
        while (!open.isEmpty() && System.nanoTime() < end) {
            try {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    if (open.remove(partition)) {
                        found.put(round.get(partition), new Found(record.timestamp(), due(record)));
                        consumer.pause(List.of(partition));
                    }
                }
            } catch (OffsetOutOfRangeException gone) {
                consumer.pause(gone.partitions());
                open.removeAll(gone.partitions());
            }
        }
        consumer.assign(List.of());
    }

    private static OptionalLong due(ConsumerRecord<byte[], byte[]> record) {
        Header after = record.headers().lastHeader(FailureHeaders.RETRY_AFTER);
        try {
            return after == null ? OptionalLong.empty() : OptionalLong.of(
                    Instant.parse(new String(after.value(), StandardCharsets.UTF_8)).toEpochMilli());
        } catch (DateTimeParseException foreign) {
            return OptionalLong.empty();
        }
    }

    void close() {
        consumer.close(CloseOptions.timeout(LONGEST));
    }
}
