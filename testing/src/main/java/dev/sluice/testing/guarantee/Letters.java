package dev.sluice.testing.guarantee;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Records that the router has moved: dead letters, and retries under way. Read from Kafka without a group. For one
 * thread at a time.
 */
public final class Letters implements AutoCloseable {

    public static final List<String> DEAD = List.of("dlq.errors", "dlq.poison");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** @param errorType as {@code x-error-type} says it */
    public record Letter(String group, String identity, String topic, String errorType) {
    }

    private record Key(String group, String identity) {
    }

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<Key, Letter> letters = new HashMap<>();
    private final Set<Key> retried = new HashSet<>();

    /** @param topics the dead letters', and where wanted those of retries */
    public Letters(String kafka, List<String> topics) {
        consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka, "auto.offset.reset", "earliest",
                "allow.auto.create.topics", false, "default.api.timeout.ms", (int) PATIENCE.toMillis()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = topics.stream().flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(Letters::partition).toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    private static TopicPartition partition(PartitionInfo info) {
        return new TopicPartition(info.topic(), info.partition());
    }

    /** Reads to the end as it is now. @throws KafkaException when Kafka doesn't answer for 10 s */
    public void catchUp() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment(), PATIENCE);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
            consumer.poll(Duration.ofMillis(200)).forEach(this::add);
            if (System.nanoTime() > deadline) {
                throw new KafkaException("the dead letters could not be read within " + PATIENCE.toSeconds() + " s");
            }
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        Key key = new Key(text(record, "x-original-group"), text(record, "x-event-identity"));
        if (DEAD.contains(record.topic())) {
            letters.put(key, new Letter(key.group(), key.identity(), record.topic(), text(record, "x-error-type")));
        } else {
            retried.add(key);
        }
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Whether the event is a dead letter of that group. */
    public boolean has(String group, String identity) {
        return letters.containsKey(new Key(group, identity));
    }

    /** Whether the event was put off, or is a dead letter. */
    boolean hasMoved(String group, String identity) {
        return has(group, identity) || retried.contains(new Key(group, identity));
    }

    /** Each event and group once, however often its letter was written. */
    public List<Letter> all() {
        return List.copyOf(letters.values());
    }

    public int retried() {
        return retried.size();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
