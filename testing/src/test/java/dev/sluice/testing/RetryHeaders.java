package dev.sluice.testing;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the headers of moved records tell. @param after null in a letter */
record RetryHeaders(String eventId, String group, int retry, String errorType, Instant failedAt, Instant after) {

    /** Of every record that the topics hold now. */
    static List<RetryHeaders> of(String kafka, String... topics) {
        List<RetryHeaders> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : topics) {
                consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(of(record)));
            }
        }
        return found;
    }

    private static RetryHeaders of(ConsumerRecord<byte[], byte[]> record) {
        return new RetryHeaders(text(record, "x-event-identity"), text(record, "x-original-group"),
                Integer.parseInt(text(record, "x-retry-count")), text(record, "x-error-type"),
                Instant.parse(text(record, "x-failed-at")),
                text(record, "x-retry-after") == null ? null : Instant.parse(text(record, "x-retry-after")));
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return record.headers().lastHeader(header) == null ? null
                : new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }
}
