package dev.sluice.testing.bench;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/**
 * Straight to Kafka, for subjects without a gateway: each event at once, acknowledged by all. It closes when each event has
 * its acknowledgement, and fails if one was refused, however late.
 */
final class KafkaLane implements OpenLoop.Lane, AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final IntFunction<byte[]> keys;
    private final IntFunction<byte[]> events;
    private final AtomicReference<Exception> refused = new AtomicReference<>();

    KafkaLane(String bootstrapServers, String topic, IntFunction<byte[]> keys, IntFunction<byte[]> events) {
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "0", "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topic;
        this.keys = keys;
        this.events = events;
    }

    @Override
    public void send(int index) {
        producer.send(new ProducerRecord<>(topic, keys.apply(index), events.apply(index)),
                (place, error) -> refused.compareAndSet(null, error));
    }

    @Override
    public void flush() {
        if (refused.get() != null) {
            throw new IllegalStateException("Kafka has refused an event", refused.get());
        }
    }

    @Override
    public void close() {
        producer.close();
        flush();
    }
}
