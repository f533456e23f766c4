package dev.sluice.gateway;

import dev.sluice.config.KafkaSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Publishes several events or none of them, one Kafka transaction at a time, on a thread of its own. The transactional id
 * is this instance's alone, so no gateway fences another; what a killed one leaves open ends by its timeout. The producer
 * is opened at the first transaction, and anew after a failure.
 */
final class Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
    /** What a transaction may take beyond Kafka's own deadline, before the broker ends it. */
    private static final Duration RESERVE = Duration.ofSeconds(5);

    /** One event of a transaction. */
    record Item(String topic, IncomingEvent event) {
    }

    private final WorkerExecutor thread;
    private final Map<String, Object> properties;
    private final Records records = new Records();
    /** Null before the first transaction and after a failed one; used by the thread alone. */
    private Producer<byte[], byte[]> producer;

    /** @param id unique among all gateways that ever run beside this one */
    Transactions(Vertx vertx, KafkaSettings kafka, GatewaySettings.Publishing settings, String id) {
        this.thread = vertx.createSharedWorkerExecutor("transactions-" + id, 1, settings.deliveryTimeout().multipliedBy(4).toNanos());
        this.properties = Publisher.properties(kafka, settings, id + "-transactions");
        properties.put("transactional.id", id);
        properties.put("linger.ms", "5");
        properties.put("max.block.ms", settings.deliveryTimeout().toMillis());
        properties.put("transaction.timeout.ms", (int) settings.deliveryTimeout().plus(RESERVE).toMillis());
    }

    /** In the order of the items. Failed: none of them is visible, or, when the commit's answer was lost, all are. */
    Future<List<RecordMetadata>> publish(List<Item> items) {
        return thread.executeBlocking(() -> {
            try {
                return run(items);
            } catch (Exception e) {
                giveUp(e);
                throw e;
            }
        });
    }

    private List<RecordMetadata> run(List<Item> items) throws Exception {
        if (producer == null) {
            producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
            producer.initTransactions();
        }
        producer.beginTransaction();
        List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>(items.size());
        for (Item item : items) {
            sent.add(producer.send(records.of(producer, item.topic(), item.event())));
        }
        producer.commitTransaction();
        List<RecordMetadata> places = new ArrayList<>(items.size());
        for (java.util.concurrent.Future<RecordMetadata> place : sent) {
            places.add(place.get());
        }
        return places;
    }

    private void giveUp(Exception reason) {
        LOG.warn("transaction failed reason={}", reason.toString());
        Producer<byte[], byte[]> failed = producer;
        producer = null;
        if (failed != null) {
            try {
                failed.abortTransaction();
            } catch (KafkaException | IllegalStateException leftToTheTimeout) {
                LOG.debug("nor could it be aborted: {}", leftToTheTimeout.toString());
            }
            failed.close(Duration.ZERO);
        }
    }

    Future<Void> close(Duration limit) {
        return thread.<Void>executeBlocking(() -> {
            if (producer != null) {
                producer.close(limit);
            }
            return null;
        }).eventually(thread::close);
    }
}
