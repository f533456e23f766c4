package dev.sluice.dlq;

import dev.sluice.config.KafkaSettings;
import dev.sluice.event.RawRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads single letters from Kafka. Blocks: for worker threads. */
final class LetterRecords {

    private static final long LIMIT_NANOS = Duration.ofSeconds(8).toNanos();

    private final KafkaSettings kafka;

    LetterRecords(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /** By place; a letter that Kafka has no more, or not within 8 s in all, is left out. */
    Map<Place, RawRecord> read(List<Place> places) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties("sluice-dead-letter-reader"));
        properties.put("max.poll.records", 1);
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "latest");
        Map<Place, RawRecord> found = new HashMap<>();
        long start = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            for (Place place : places) {
                TopicPartition partition = new TopicPartition(place.topic(), place.partition());
                consumer.assign(List.of(partition));
                if (consumer.beginningOffsets(List.of(partition)).get(partition) > place.offset()
                        || consumer.endOffsets(List.of(partition)).get(partition) <= place.offset()) {
                    continue;
                }
                consumer.seek(partition, place.offset());
                boolean answered = false;
                while (!answered && System.nanoTime() - start < LIMIT_NANOS) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(250))) {
                        answered = true;
                        if (record.offset() == place.offset()) {
                            found.put(place, raw(record));
                        }
                    }
                }
            }
        }
        return found;
    }

    static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        List<RawRecord.Header> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(new RawRecord.Header(header.key(), header.value())));
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), headers);
    }
}
