package dev.sluice.dlq;

import dev.sluice.config.ByteSize;
import dev.sluice.config.KafkaSettings;
import dev.sluice.event.RawRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Writes moved records to Kafka and completes with its acknowledgement. For one context; its futures always complete. */
final class RecordWriter {

    /** Longest wait for metadata, which a worker thread spends; the loop never does. */
    private static final Duration METADATA_WAIT = Duration.ofSeconds(2);
    private static final ByteSize LARGEST_REQUEST = ByteSize.mebibytes(1.5);
    /** Partitions may be added to a topic, so their number is asked for again after so long. */
    private static final long COUNT_MILLIS = 60_000;

    private record Count(int partitions, long atMillis) {
    }

    private final KafkaWriteStream<byte[], byte[]> kafka;
    private final LongSupplier clock;
    private final Map<String, Count> counts = new HashMap<>();

    RecordWriter(KafkaWriteStream<byte[], byte[]> kafka, LongSupplier clock) {
        this.kafka = kafka;
        this.clock = clock;
    }

    /** Connects in the background: completes with Kafka away, too. */
    static Future<RecordWriter> open(Vertx vertx, KafkaSettings settings, String clientId, Duration deliveryTimeout,
                                     LongSupplier clock) {
        return vertx.executeBlocking(() -> producer(settings, clientId, deliveryTimeout))
                .map(producer -> new RecordWriter(KafkaWriteStream.create(vertx, producer)
                        .exceptionHandler(toldByItsFuture -> { }), clock));
    }

    private static Producer<byte[], byte[]> producer(KafkaSettings settings, String clientId, Duration deliveryTimeout) {
        Map<String, Object> properties = new HashMap<>(settings.promptProperties(clientId));
        properties.put("acks", "all");
        properties.put("enable.idempotence", "true");
        properties.put("compression.type", "none");
        properties.put("max.request.size", LARGEST_REQUEST.toInt());
        properties.put("max.block.ms", METADATA_WAIT.toMillis());
        properties.put("linger.ms", 0);
        properties.put("delivery.timeout.ms", (int) deliveryTimeout.toMillis());
        properties.put("request.timeout.ms", (int) deliveryTimeout.toMillis() / 2);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Into the partition that Kafka's own partitioner takes for the key. */
    Future<RecordMetadata> write(String topic, RawRecord record, List<RawRecord.Header> headers) {
        return send(topic, null, record, headers);
    }

    Future<RecordMetadata> write(String topic, int partition, RawRecord record, List<RawRecord.Header> headers) {
        return send(topic, partition, record, headers);
    }

    /** A record from before timestamps has -1, which no producer may write: such a one gets the time of the move. */
    private Future<RecordMetadata> send(String topic, Integer partition, RawRecord record, List<RawRecord.Header> headers) {
        Long timestamp = record.timestamp() < 0 ? null : record.timestamp();
        List<Header> kafkaHeaders = headers.stream()
                .<Header>map(header -> new RecordHeader(header.name(), header.value())).toList();
        return kafka.send(new ProducerRecord<>(topic, partition, timestamp, record.key(), record.value(), kafkaHeaders));
    }

    Future<Integer> partitionsOf(String topic) {
        Count known = counts.get(topic);
        if (known != null && clock.getAsLong() - known.atMillis() < COUNT_MILLIS) {
            return Future.succeededFuture(known.partitions());
        }
        return kafka.partitionsFor(topic).map(partitions -> {
            counts.put(topic, new Count(partitions.size(), clock.getAsLong()));
            return partitions.size();
        });
    }

    /** @param limit what is not acknowledged by then is given up */
    Future<Void> close(Duration limit) {
        return kafka.close(limit.toMillis());
    }
}
