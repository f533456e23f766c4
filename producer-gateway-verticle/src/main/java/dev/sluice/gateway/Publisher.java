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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kafka's producer, without its waits: it may block for metadata, so one thread of its own talks to it, once for all
 * events of a turn of the event loop; acknowledgements come back the same way. For one context.
 *
 * <p>What is sent keeps its order within a partition, or is not written: Kafka refuses a batch whose predecessor it has
 * not seen ({@link Introductions}), until the producer gives its batches new numbers. So the first failure closes the producer on the spot, all
 * that is under way fails with {@link Abandoned}, and another producer takes over when everybody has been told.
 */
final class Publisher implements Outlet {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    /** What {@code events} takes: 1.25 MiB. */
    static final int LARGEST_REQUEST = 5 << 18;
    private static final int PING_MILLIS = 1_000;
    /** Batches' worth of events that do not wait for others: they go to many partitions, each of which costs the broker a write. */
    private static final int GROUP = 4;

    /** One producer, from its opening to its first failure. */
    private static final class Generation {
        private final Producer<byte[], byte[]> producer;
        private final AtomicBoolean ended = new AtomicBoolean();
        /** Of the producer's thread. */
        private final Introductions introductions = new Introductions();
        /** Handed over and not reported; of the context. */
        private long pending;

        private Generation(Producer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        /** On any thread, the producer's own included. */
        private void end() {
            if (ended.compareAndSet(false, true)) {
                producer.close(Duration.ZERO);
            }
        }
    }

    private record Sending(String topic, IncomingEvent event, Promise<RecordMetadata> promise) {
    }

    private record Result(Generation generation, Promise<RecordMetadata> promise, RecordMetadata metadata, Exception error) {
    }

    /** It may have been written, but only after all that was sent before it. */
    static final class Abandoned extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("given up after the failure of an earlier one", null, false, false);
        }
    }

    private final Vertx vertx;
    private final Context context;
    /** Opens a producer, on the producer's thread. */
    private final Callable<Producer<byte[], byte[]>> factory;
    private final Admin admin;
    private final WorkerExecutor thread;
    private final Queue<Result> results = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean resultsAnnounced = new AtomicBoolean();
    private final long lingerMillis;
    private final long groupSize;
    private List<Sending> outbox = new ArrayList<>();
    private long outboxSize;
    private boolean lookingSoon;
    private boolean lingering;
    /** Null while the next one opens. */
    private Generation generation;
    /** The same, as the producer's thread knows it; used by that thread alone. */
    private Generation newest;
    private volatile boolean closed;
    /** Used by the producer's thread alone. */
    private final Records records = new Records();

    private Publisher(Vertx vertx, Callable<Producer<byte[], byte[]>> factory, Admin admin, WorkerExecutor thread,
                      GatewaySettings.Publishing settings) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.factory = factory;
        this.admin = admin;
        this.thread = thread;
        this.lingerMillis = settings.linger().toMillis();
        this.groupSize = GROUP * settings.batchSize().bytes();
    }

    /** Completes with Kafka away, too; what the topics are is asked ahead, so that the first event need not wait. */
    static Future<Publisher> open(Vertx vertx, KafkaSettings kafka, GatewaySettings.Publishing settings, String clientId,
                                  Set<String> topics) {
        return open(vertx, () -> new KafkaProducer<>(properties(kafka, settings, clientId),
                        new ByteArraySerializer(), new ByteArraySerializer()),
                Admin.create(new HashMap<>(kafka.promptProperties(clientId + "-ping"))), clientId, settings).onSuccess(publisher ->
                        publisher.thread.executeBlocking(() -> {
                            topics.forEach(publisher.newest.producer::partitionsFor);
                            return null;
                        }));
    }

    /** @param factory runs on a thread that may block */
    static Future<Publisher> open(Vertx vertx, Callable<Producer<byte[], byte[]>> factory, Admin admin, String clientId,
                                  GatewaySettings.Publishing settings) {
        WorkerExecutor thread = vertx.createSharedWorkerExecutor("publisher-" + clientId, 1);
        Publisher publisher = new Publisher(vertx, factory, admin, thread, settings);
        return thread.executeBlocking(publisher::openOne).map(first -> {
            publisher.generation = first;
            return publisher;
        });
    }

    /** On the producer's thread, as is the closing, so that none is left open. */
    private Generation openOne() throws Exception {
        if (closed) {
            throw new IllegalStateException("the publisher is closed");
        }
        newest = new Generation(factory.call());
        return newest;
    }

    static Map<String, Object> properties(KafkaSettings kafka, GatewaySettings.Publishing settings, String clientId) {
        Map<String, Object> properties = new HashMap<>(kafka.promptProperties(clientId));
        properties.put("acks", "all");
        properties.put("enable.idempotence", "true");
        properties.put("max.in.flight.requests.per.connection", "5");
        properties.put("linger.ms", "0");
        properties.put("batch.size", settings.batchSize().toInt());
        properties.put("compression.type", settings.compression());
        properties.put("buffer.memory", settings.bufferMemory().bytes());
        properties.put("max.request.size", Math.max(LARGEST_REQUEST, settings.batchSize().toInt()));
        properties.put("delivery.timeout.ms", (int) settings.deliveryTimeout().toMillis());
        properties.put("request.timeout.ms", (int) settings.requestTimeout().toMillis());
        properties.put("max.block.ms", settings.metadataTimeout().toMillis());
        properties.put("metadata.max.idle.ms", String.valueOf(Duration.ofDays(7).toMillis()));
        return properties;
    }

    @Override
    public Future<RecordMetadata> send(String topic, IncomingEvent event) {
        Promise<RecordMetadata> promise = Promise.promise();
        outbox.add(new Sending(topic, event, promise));
        outboxSize += Desk.costOf(event);
        if (!lookingSoon) {
            lookingSoon = true;
            vertx.runOnContext(turn -> look());
        }
        return promise.future();
    }

    /**
     * While Kafka has acknowledged all, nothing waits. Else what comes gathers until that acknowledgement, a few batches' worth,
     * or the linger's end: as in Nagle's algorithm, few requests under load and no delay without.
     */
    private void look() {
        lookingSoon = false;
        if (generation == null || outbox.isEmpty()) {
            return;
        }
        if (generation.pending == 0 || outboxSize >= groupSize || lingerMillis == 0) {
            flush();
        } else if (!lingering) {
            lingering = true;
            vertx.setTimer(lingerMillis, timer -> {
                lingering = false;
                flush();
            });
        }
    }

    private void flush() {
        if (generation == null || outbox.isEmpty()) {
            return;
        }
        Generation now = generation;
        List<Sending> sendings = outbox;
        outbox = new ArrayList<>();
        outboxSize = 0;
        now.pending += sendings.size();
        thread.executeBlocking(() -> {
            sendings.forEach(sending -> send(now, sending));
            return null;
        });
    }

    /** On the producer's thread. */
    private void send(Generation now, Sending sending) {
        if (now.ended.get()) {
            onResult(now, sending, null, new Abandoned());
            return;
        }
        try {
            ProducerRecord<byte[], byte[]> record = records.of(now.producer, sending.topic, sending.event);
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            now.introductions.inTurn(partition, () -> handOver(now, sending, record, partition));
        } catch (RuntimeException e) {
            onResult(now, sending, null, e);
        }
    }

    /** On the producer's thread, at the record's turn. */
    private void handOver(Generation now, Sending sending, ProducerRecord<byte[], byte[]> record, TopicPartition partition) {
        boolean first = now.introductions.isFirst(partition);
        try {
            if (now.ended.get()) {
                throw new Abandoned();
            }
            now.producer.send(record, (metadata, error) -> {
                onResult(now, sending, metadata, error);
                if (first) {
                    thread.executeBlocking(() -> {
                        now.introductions.onAnswer(partition, error == null);
                        return null;
                    });
                }
            });
        } catch (RuntimeException e) {
            onResult(now, sending, null, e);
            if (first) {
                now.introductions.onAnswer(partition, false);
            }
        }
    }

    /** On any thread. The generation ends before anybody hears of the failure. */
    private void onResult(Generation now, Sending sending, RecordMetadata metadata, Exception error) {
        Exception reported = error != null && now.ended.get() ? new Abandoned() : error;
        if (error != null && !(error instanceof RecordTooLargeException)) {
            now.end();
        }
        results.add(new Result(now, sending.promise, metadata, reported));
        if (resultsAnnounced.compareAndSet(false, true)) {
            context.runOnContext(turn -> deliver());
        }
    }

    private void deliver() {
        resultsAnnounced.set(false);
        for (Result result = results.poll(); result != null; result = results.poll()) {
            Generation of = result.generation;
            of.pending--;
            tell(result);
            if (of.ended.get() && of.pending == 0 && of == generation) {
                openNext();
            }
        }
        look();
    }

    /** A listener that throws harms no other. */
    private static void tell(Result result) {
        try {
            if (result.error == null) {
                result.promise.complete(result.metadata);
            } else {
                result.promise.fail(result.error);
            }
        } catch (RuntimeException | Error bug) {
            LOG.error("whoever waited for an acknowledgement failed at it", bug);
        }
    }

    /**
     * Everybody has been told: whoever would follow a failed event knows it by now. What came before that, and was not
     * handed over, might follow one without knowing it, and goes the same way.
     */
    private void openNext() {
        generation = null;
        giveUpOutbox(new Abandoned());
        thread.executeBlocking(this::openOne).onSuccess(next -> {
            generation = next;
            flush();
        }).onFailure(error -> {
            giveUpOutbox(error);
            if (!closed) {
                LOG.error("no Kafka producer can be opened: {}", error.toString());
                vertx.setTimer(PING_MILLIS, timer -> openNext());
            }
        });
    }

    private void giveUpOutbox(Throwable reason) {
        List<Sending> waiting = outbox;
        outbox = new ArrayList<>();
        outboxSize = 0;
        waiting.forEach(sending -> sending.promise.fail(reason));
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
        closed = true;
        return thread.<Void>executeBlocking(() -> {
            if (!newest.ended.get()) {
                newest.producer.close(limit);
                newest.ended.set(true);
            }
            newest.introductions.onEnd();
            admin.close(Duration.ZERO);
            return null;
        }).eventually(thread::close);
    }
}
