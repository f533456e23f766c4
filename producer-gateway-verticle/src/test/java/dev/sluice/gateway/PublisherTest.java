package dev.sluice.gateway;

import dev.sluice.config.ByteSize;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class PublisherTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static MockProducer<byte[], byte[]> producer(boolean acknowledges) {
        Cluster cluster = new Cluster("test", List.of(), List.of(new PartitionInfo("events", 0, null, null, null)), Set.of(), Set.of());
        return new MockProducer<>(cluster, acknowledges, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Publisher publisher(Callable<Producer<byte[], byte[]>> factory) throws Exception {
        return publisher(factory, RunningGateway.SETTINGS.publishing());
    }

    private Publisher publisher(Callable<Producer<byte[], byte[]>> factory, GatewaySettings.Publishing settings) throws Exception {
        return get(onLoop(() -> Publisher.open(vertx, factory, Admin.create(Map.of("bootstrap.servers", "127.0.0.1:1")), "test",
                settings)));
    }

    private <T> Future<T> onLoop(Callable<Future<T>> action) {
        return Future.future(promise -> vertx.runOnContext(turn -> {
            try {
                action.call().onComplete(promise);
            } catch (Exception e) {
                promise.fail(e);
            }
        }));
    }

    private static IncomingEvent event(int id) {
        return new IncomingEvent(Map.of("id", "" + id, "source", "/s", "type", "t", "subject", "a:1"), null, null, true);
    }

    @Test
    void shouldTellAllThoughSomeThrowAtIt() throws Exception {
        MockProducer<byte[], byte[]> producer = producer(true);
        Publisher publisher = publisher(() -> producer);
        AtomicInteger told = new AtomicInteger();
        vertx.runOnContext(turn -> {
            for (int i = 0; i < 1_000; i++) {
                publisher.send("events", event(i)).onComplete(result -> {
                    told.incrementAndGet();
                    throw new AssertionError("on purpose");
                });
            }
        });

        await().atMost(Duration.ofSeconds(5)).until(() -> told.get() == 1_000);
        get(publisher.close(Duration.ZERO));
    }

    /** A broker that starts may turn the first batch away and take the second: it knows nothing of this producer yet. */
    @Test
    void shouldLetTheFirstRecordOfAProducerIntoAPartitionAlone() throws Exception {
        MockProducer<byte[], byte[]> producer = producer(false);
        Publisher publisher = publisher(() -> producer);
        List<Future<RecordMetadata>> sent = new CopyOnWriteArrayList<>();
        vertx.runOnContext(turn -> {
            for (int i = 0; i < 3; i++) {
                sent.add(publisher.send("events", event(i)));
            }
        });
        await().atMost(Duration.ofSeconds(5)).until(() -> !producer.history().isEmpty());
        get(onLoop(() -> Future.succeededFuture()));
        assertThat(producer.history()).hasSize(1);

        producer.completeNext();

        await().atMost(Duration.ofSeconds(5)).until(() -> producer.history().size() == 3);
        assertThat(producer.history()).extracting(record -> new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))
                .containsExactly("0", "1", "2");
        producer.completeNext();
        producer.completeNext();
        for (Future<RecordMetadata> each : sent) {
            get(each);
        }
        get(publisher.close(Duration.ZERO));
    }

    @Test
    void shouldTellWhatWaitsBehindAFirstRecordThatFails() throws Exception {
        MockProducer<byte[], byte[]> first = producer(false);
        AtomicInteger opened = new AtomicInteger();
        Publisher publisher = publisher(() -> opened.getAndIncrement() == 0 ? first : producer(true));
        List<Future<RecordMetadata>> sent = new CopyOnWriteArrayList<>();
        vertx.runOnContext(turn -> {
            for (int i = 0; i < 3; i++) {
                sent.add(publisher.send("events", event(i)));
            }
        });
        await().atMost(Duration.ofSeconds(5)).until(() -> first.errorNext(new IllegalStateException("on purpose")));

        await().atMost(Duration.ofSeconds(5)).until(() -> sent.size() == 3 && sent.stream().allMatch(Future::failed));
        assertThat(sent.get(2).cause()).isInstanceOf(Publisher.Abandoned.class);
        get(onLoop(() -> publisher.send("events", event(4))));
        get(publisher.close(Duration.ZERO));
    }

    @Test
    void shouldNotHandWhatGathersBehindAFailureToTheNextProducer() throws Exception {
        MockProducer<byte[], byte[]> first = producer(false);
        MockProducer<byte[], byte[]> second = producer(true);
        AtomicInteger opened = new AtomicInteger();
        GatewaySettings.Publishing gathersForEver = new GatewaySettings.Publishing(Duration.ofMinutes(1), ByteSize.mebibytes(1),
                "none", ByteSize.mebibytes(64), Duration.ofMinutes(2), Duration.ofSeconds(2), Duration.ofSeconds(1));
        Publisher publisher = publisher(() -> opened.getAndIncrement() == 0 ? first : second, gathersForEver);
        Future<RecordMetadata> sent = onLoop(() -> publisher.send("events", event(1)));
        await().atMost(Duration.ofSeconds(5)).until(() -> first.history().size() == 1);
        Future<RecordMetadata> behind = onLoop(() -> publisher.send("events", event(2)));
        get(onLoop(() -> Future.succeededFuture()));
        first.errorNext(new IllegalStateException("on purpose"));

        await().atMost(Duration.ofSeconds(5)).until(() -> sent.failed() && behind.failed());
        assertThat(behind.cause()).isInstanceOf(Publisher.Abandoned.class);
        Future<RecordMetadata> later = onLoop(() -> publisher.send("events", event(3)));
        get(later);
        assertThat(second.history()).hasSize(1);
        get(publisher.close(Duration.ZERO));
    }

    @Test
    void shouldLeaveNoProducerOpenThatOpensWhileItCloses() throws Exception {
        MockProducer<byte[], byte[]> first = producer(false);
        MockProducer<byte[], byte[]> second = producer(true);
        AtomicInteger opened = new AtomicInteger();
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Publisher publisher = publisher(() -> {
            if (opened.getAndIncrement() == 0) {
                return first;
            }
            opening.countDown();
            assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
            return second;
        });
        Future<RecordMetadata> sent = onLoop(() -> publisher.send("events", event(1)));
        await().atMost(Duration.ofSeconds(5)).until(() -> first.errorNext(new IllegalStateException("on purpose")));
        assertThat(opening.await(5, TimeUnit.SECONDS)).isTrue();
        Future<Void> closing = onLoop(() -> publisher.close(Duration.ZERO));
        go.countDown();
        get(closing);

        assertThat(sent.failed()).isTrue();
        assertThat(first.closed()).isTrue();
        assertThat(second.closed()).isTrue();
    }
}
