package dev.sluice.dlq;

import dev.sluice.config.KafkaSettings;
import dev.sluice.event.Topics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Brings the letters of the dead-letter topics into PostgreSQL, each once; of all routers one does, see
 * {@link dev.sluice.store.Seat}. The offset moves in the letters' own
 * transaction, so projections may be killed, start again and even run twice for a while: a letter that is there already
 * stays as it is. With both tables emptied it reads everything again from the beginning.
 */
final class LetterProjection {

    private static final Logger LOG = LoggerFactory.getLogger(LetterProjection.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final long RETRY_MILLIS = 1_000;
    private static final int LETTERS_AT_ONCE = 500;
    private static final long STORE_SECONDS = 20;

    private final Vertx vertx;
    private final KafkaSettings kafka;
    private final LetterTable table;
    private final WorkerExecutor worker;
    private final String clientId;
    /** Null until the first success and after each failure; only ever used inside the worker. */
    private KafkaConsumer<byte[], byte[]> consumer;
    private boolean following;
    private boolean running;
    private Future<Void> turn = Future.succeededFuture();

    LetterProjection(Vertx vertx, KafkaSettings kafka, LetterTable table, String clientId) {
        this.vertx = vertx;
        this.kafka = kafka;
        this.table = table;
        this.clientId = clientId;
        this.worker = vertx.createSharedWorkerExecutor(clientId, 1);
    }

    /**
     * Returns at once; with Kafka or PostgreSQL away it goes on trying.
     *
     * @param ours whether this projection is the one that works
     */
    void follow(boolean ours) {
        following = ours;
        if (ours && !running) {
            running = true;
            next();
        }
    }

    private void next() {
        if (following) {
            turn = step().recover(error -> {
                LOG.warn("the dead letters can't be projected now: {}", error.toString());
                return worker.executeBlocking(this::forget).compose(gone -> vertx.timer(RETRY_MILLIS)).mapEmpty();
            });
            turn.onComplete(any -> next());
        } else {
            running = false;
            turn = worker.executeBlocking(this::forget);
        }
    }

    Future<Void> stop() {
        following = false;
        return turn.otherwiseEmpty().eventually(() -> worker.executeBlocking(this::forget))
                .eventually(worker::close);
    }

    private Future<Void> step() {
        Future<Void> ready = consumer != null ? Future.succeededFuture()
                : table.offsets().compose(offsets -> worker.executeBlocking(() -> open(offsets)));
        return ready.compose(open -> worker.executeBlocking(this::poll)).compose(records -> {
            if (records.isEmpty()) {
                return Future.succeededFuture();
            }
            Map<TopicPartition, Long> next = new HashMap<>();
            List<LetterRow> rows = new ArrayList<>(records.size());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
                rows.add(LetterRow.of(LetterRecords.raw(record)));
            }
            return table.store(rows, next).timeout(STORE_SECONDS, TimeUnit.SECONDS);
        });
    }

    private Void open(Map<TopicPartition, Long> offsets) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties(clientId));
        properties.put("max.poll.records", LETTERS_AT_ONCE);
        properties.put("enable.auto.commit", "false");
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(Topics.DLQ_ERRORS, Topics.DLQ_POISON)) {
            for (PartitionInfo each : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, each.partition()));
            }
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        offsets.forEach((partition, offset) -> {
            if (partitions.contains(partition)) {
                consumer.seek(partition, offset);
            }
        });
        return null;
    }

    private List<ConsumerRecord<byte[], byte[]>> poll() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        consumer.poll(POLL).forEach(records::add);
        return records;
    }

    private Void forget() {
        if (consumer != null) {
            KafkaConsumer<byte[], byte[]> closing = consumer;
            consumer = null;
            closing.close();
        }
        return null;
    }
}
