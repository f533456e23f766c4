package dev.sluice.lag;

import dev.sluice.bus.Bus;
import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.store.Schema;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two monitors, each with a Vert.x, a bus and meters of its own, as two nodes have them. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class SamplerTakeoverTest {

    /** What it says is 2 s, and one interval; the rest is for a loaded machine. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final class Monitor {

        private final Vertx vertx = Vertx.vertx();
        private final MeterRegistry meters = new SimpleMeterRegistry();
        private String deployment;

        private double lag() {
            Gauge gauge = meters.find("kafka_consumer_group_lag").gauge();
            return gauge == null ? Double.NaN : gauge.value();
        }

        private boolean samples() {
            return !Double.isNaN(lag());
        }
    }

    private final String topic = "t" + UUID.randomUUID();
    private final String group = "g" + UUID.randomUUID();
    private final Monitor one = new Monitor();
    private final Monitor other = new Monitor();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger both = new AtomicInteger();
    private final ExecutorService watcher = Executors.newSingleThreadExecutor();
    private Kafka kafka;

    @BeforeEach
    void startBoth(Kafka itsKafka, Postgres itsPostgres) throws Exception {
        kafka = itsKafka;
        PostgresSettings postgres = PostgresSettings.of(itsPostgres.host(), itsPostgres.port(), itsPostgres.database(),
                itsPostgres.user(), itsPostgres.password());
        Schema.migrate(postgres);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
            admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)))
                    .all().get(30, TimeUnit.SECONDS);
        }
        produce(1);
        for (Monitor monitor : List.of(one, other)) {
            monitor.deployment = ended(monitor.vertx.deployVerticle(new LagMonitorVerticle(
                    new LagSettings(Duration.ofMillis(100), Duration.ofSeconds(4)), Map.of(group, Set.of(topic)),
                    new KafkaSettings(kafka.bootstrapServers(), Map.of()), postgres,
                    new Node("node", Bus.install(monitor.vertx), monitor.meters))));
        }
        await().atMost(SOON).until(() -> one.lag() == 1);
        watcher.execute(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                looks.incrementAndGet();
                if (one.samples() && other.samples()) {
                    both.incrementAndGet();
                }
                LockSupport.parkNanos(500_000);
            }
        });
    }

    @AfterEach
    void close() {
        watcher.shutdownNow();
        ended(one.vertx.close());
        ended(other.vertx.close());
    }

    @Test
    void shouldSampleOnTheOtherNodeOnceItIsUndeployedAndNeverOnBoth() throws Exception {
        await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> one.samples() && !other.samples());
        long start = System.nanoTime();

        ended(one.vertx.undeploy(one.deployment));

        assertThat(one.samples()).as("shows what it no longer knows").isFalse();
        await().atMost(SOON).until(() -> other.lag() == 1);
        System.out.printf("the other monitor samples %.1f s after the undeployment%n", (System.nanoTime() - start) / 1e9);
        produce(1);
        await().atMost(SOON).until(() -> other.lag() == 2);
        assertThat(looks.get()).isGreaterThan(100);
        assertThat(both.get()).as("times that both sampled").isZero();
    }

    @Test
    @Tag("long")
    void shouldSampleOnTheOtherNodeOnceItIsFrozenAndNotWhenItThaws() throws Exception {
        CountDownLatch thaw = new CountDownLatch(1);
        long start = System.nanoTime();
        ((VertxInternal) one.vertx).nettyEventLoopGroup().forEach(loop -> loop.execute(() -> stand(thaw)));
        try {
            await().atMost(SOON).until(() -> other.lag() == 1);
            System.out.printf("the other monitor samples %.1f s after the freeze%n", (System.nanoTime() - start) / 1e9);
            produce(1);
            await().atMost(SOON).until(() -> other.lag() == 2);
        } finally {
            thaw.countDown();
        }

        await().atMost(SOON).until(() -> {
            assertThat(one.lag()).as("a sample of one that is no longer the one").isNotEqualTo(2);
            return !one.samples();
        });
        await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> other.samples() && !one.samples());
    }

    private static void stand(CountDownLatch thaw) {
        try {
            thaw.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void produce(int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[1])).get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
