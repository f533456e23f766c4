package dev.sluice.gateway;

import dev.sluice.config.KafkaSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kafka's producer, without its waits: it may block for metadata, so one thread of its own talks to it, once for all
 * events of a turn of the event loop; acknowledgements come back the same way. For one context.
 */
final class Publisher {

    /** What {@code events} takes: 1.25 MiB. */
    static final int LARGEST_REQUEST = 5 << 18;

    private static final int PING_MILLIS = 1_000;

    private record Sending(String topic, IncomingEvent event, Promise<RecordMetadata> promise) {
    }

    private record Result(Promise<RecordMetadata> promise, RecordMetadata metadata, Exception error) {
    }

    private final Vertx vertx;
    private final Context context;
    private final Producer<byte[], byte[]> producer;
    private final Admin admin;
    private final WorkerExecutor thread;
    private List<Sending> outbox = new ArrayList<>();
    private final Queue<Result> results = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean resultsAnnounced = new AtomicBoolean();
    /** Events without a key go round the partitions; used by the producer's thread alone. */
    private int next;

    private Publisher(Vertx vertx, Producer<byte[], byte[]> producer, Admin admin, WorkerExecutor thread) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.producer = producer;
        this.admin = admin;
        this.thread = thread;
    }

    /** Completes with Kafka away, too; what the topics are is asked ahead, so that the first event need not wait. */
    static Future<Publisher> open(Vertx vertx, KafkaSettings kafka, GatewaySettings.Publishing settings, String clientId,
                                  Set<String> topics) {
        WorkerExecutor thread = vertx.createSharedWorkerExecutor("publisher-" + clientId, 1);
        return thread.executeBlocking(() -> new KafkaProducer<>(properties(kafka, settings, clientId),
                        new ByteArraySerializer(), new ByteArraySerializer()))
                .map(producer -> {
                    thread.executeBlocking(() -> {
                        topics.forEach(producer::partitionsFor);
                        return null;
                    });
                    Admin admin = Admin.create(new HashMap<>(kafka.clientProperties(clientId + "-ping")));
                    return new Publisher(vertx, producer, admin, thread);
                });
    }

    private static Map<String, Object> properties(KafkaSettings kafka, GatewaySettings.Publishing settings, String clientId) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties(clientId));
        properties.put("acks", "all");
        properties.put("enable.idempotence", "true");
        properties.put("max.in.flight.requests.per.connection", "5");
        properties.put("linger.ms", settings.linger().toMillis());
        properties.put("batch.size", settings.batchSize().toInt());
        properties.put("compression.type", settings.compression());
        properties.put("buffer.memory", settings.bufferMemory().bytes());
        properties.put("max.request.size", Math.max(LARGEST_REQUEST, settings.batchSize().toInt()));
        properties.put("delivery.timeout.ms", (int) settings.deliveryTimeout().toMillis());
        properties.put("request.timeout.ms", (int) settings.requestTimeout().toMillis());
        properties.put("max.block.ms", settings.metadataTimeout().toMillis());
        properties.put("retry.backoff.max.ms", "1000");
        properties.put("reconnect.backoff.max.ms", "1000");
        properties.put("metadata.max.idle.ms", String.valueOf(Duration.ofDays(7).toMillis()));
        return properties;
    }

    /** Completes with the acknowledgement of every in-sync replica; failed, the event may be in Kafka all the same. */
    Future<RecordMetadata> send(String topic, IncomingEvent event) {
        if (outbox.isEmpty()) {
            vertx.runOnContext(turn -> flush());
        }
        Promise<RecordMetadata> promise = Promise.promise();
        outbox.add(new Sending(topic, event, promise));
        return promise.future();
    }

    private void flush() {
        List<Sending> now = outbox;
        outbox = new ArrayList<>();
        thread.executeBlocking(() -> {
            sendAll(now);
            return null;
        });
    }

    /** A topic that Kafka does not tell of in time is waited for once, not once for each event. */
    private void sendAll(List<Sending> sendings) {
        Set<String> silent = new HashSet<>();
        for (Sending sending : sendings) {
            if (silent.contains(sending.topic)) {
                onResult(new Result(sending.promise, null, new TimeoutException("Kafka does not tell of topic " + sending.topic)));
                continue;
            }
            try {
                producer.send(record(sending), (metadata, error) -> onResult(new Result(sending.promise, metadata, error)));
            } catch (TimeoutException noMetadata) {
                silent.add(sending.topic);
                onResult(new Result(sending.promise, null, noMetadata));
            } catch (RuntimeException e) {
                onResult(new Result(sending.promise, null, e));
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(Sending sending) {
        IncomingEvent event = sending.event;
        byte[] key = event.keyBytes();
        Integer partition = key != null ? null : Math.floorMod(next++, producer.partitionsFor(sending.topic).size());
        return new ProducerRecord<>(sending.topic, partition, null, key, event.data(), headers(event));
    }

    /** As the CloudEvents binding for Kafka has them in binary mode. */
    private static List<Header> headers(IncomingEvent event) {
        List<Header> headers = new ArrayList<>(event.attributes().size() + 1);
        event.attributes().forEach((name, value) ->
                headers.add(new RecordHeader("ce_" + name, value.getBytes(StandardCharsets.UTF_8))));
        if (event.contentType() != null) {
            headers.add(new RecordHeader("content-type", event.contentType().getBytes(StandardCharsets.UTF_8)));
        }
        return headers;
    }

    private void onResult(Result result) {
        results.add(result);
        if (resultsAnnounced.compareAndSet(false, true)) {
            context.runOnContext(turn -> deliver());
        }
    }

    private void deliver() {
        resultsAnnounced.set(false);
        for (Result result = results.poll(); result != null; result = results.poll()) {
            if (result.error == null) {
                result.promise.complete(result.metadata);
            } else {
                result.promise.fail(result.error);
            }
        }
    }

    /** Succeeds when a broker answers within a second. */
    Future<?> ping() {
        Promise<Void> answer = Promise.promise();
        admin.describeCluster(new DescribeClusterOptions().timeoutMs(PING_MILLIS)).clusterId().whenComplete((id, error) ->
                context.runOnContext(turn -> {
                    if (error == null) {
                        answer.complete();
                    } else {
                        answer.fail(error);
                    }
                }));
        return answer.future();
    }

    /** @param limit what is not acknowledged by then is given up */
    Future<Void> close(Duration limit) {
        return thread.<Void>executeBlocking(() -> {
            producer.close(limit);
            admin.close(Duration.ZERO);
            return null;
        }).eventually(thread::close);
    }
}
