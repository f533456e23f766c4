package dev.sluice.lag;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.ComponentHealth;
import dev.sluice.bus.LagQuestion;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.store.Schema;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** On a real Kafka. Each test has a topic and a group of its own. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class LagMonitorVerticleTest {

    private static Kafka kafka;
    private static Postgres realPostgres;
    private static PostgresSettings postgres;
    private static Admin admin;

    private final String topic = "t" + UUID.randomUUID();
    private final String group = "g" + UUID.randomUUID();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicReference<ComponentHealth> health = new AtomicReference<>();
    private Vertx vertx;
    private Bus bus;

    @BeforeAll
    static void connect(Kafka itsKafka, Postgres itsPostgres) {
        kafka = itsKafka;
        realPostgres = itsPostgres;
        postgres = PostgresSettings.of(realPostgres.host(), realPostgres.port(), realPostgres.database(),
                realPostgres.user(), realPostgres.password());
        Schema.migrate(postgres);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void disconnect() {
        admin.close(Duration.ofSeconds(1));
    }

    @BeforeEach
    void createTopics() throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1), new NewTopic(topic + ".retry", 1, (short) 1)))
                .all().get(30, TimeUnit.SECONDS);
        deploy(Map.of(group, Set.of(topic)));
    }

    @AfterEach
    void close() throws Exception {
        kafka.resume();
        ended(vertx.close());
    }

    @Test
    void shouldReportWhatWasProducedLessWhatWasCommitted() throws Exception {
        produce(topic, 0, 10);
        produce(topic, 1, 3);
        produce(topic + ".retry", 0, 2);
        commit(topic, 0, 4);
        commit(topic, 1, 3);
        commit(topic + ".retry", 0, 1);

        LagReport report = lagNow();

        assertThat(of(report, topic, 0).lag()).hasValue(6);
        assertThat(of(report, topic, 1).lag()).hasValue(0);
        assertThat(of(report, topic + ".retry", 0).lag()).hasValue(1);
        assertThat(report.total()).isEqualTo(7);
        assertThat(meters.get("kafka_consumer_group_lag").tags("group", group, "topic", topic, "partition", "0").gauge().value())
                .isEqualTo(6);
        assertThat(meters.get("kafka_consumer_lag").tags("group", group, "topic", topic).gauge().value()).isEqualTo(6);
        assertThat(meters.get("kafka_consumer_lag_seconds").tags("topic", topic, "partition", "1").gauge().value()).isZero();
    }

    @Test
    void shouldSayNoneWithoutACommitAndCountItFromTheOldestRecord() throws Exception {
        produce(topic, 0, 10);
        deleteBefore(topic, 0, 4);

        LagReport report = lagNow();

        assertThat(of(report, topic, 0).committed()).isEmpty();
        assertThat(of(report, topic, 0).lag()).isEmpty();
        assertThat(report.total()).isEqualTo(6);
        assertThat(meters.find("kafka_consumer_group_lag").gauge()).isNull();
    }

    @Test
    void shouldNotCountRecordsThatAreGone() throws Exception {
        produce(topic, 0, 10);
        commit(topic, 0, 2);
        deleteBefore(topic, 0, 7);

        LagReport report = lagNow();

        assertThat(of(report, topic, 0).low()).isEqualTo(7);
        assertThat(of(report, topic, 0).lag()).hasValue(3);
    }

    @Test
    void shouldSeeNothingOfAnOpenTransactionAndNoLagBehindAMarkerThatWasPassed() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", group))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, new byte[1])).get(30, TimeUnit.SECONDS);
            assertThat(of(lagNow(), topic, 0).end()).isZero();

            producer.commitTransaction();
        }
        long next = positionAfterReading(topic, 0);
        commit(topic, 0, next);

        LagReport report = lagNow();

        assertThat(next).isEqualTo(2);
        assertThat(of(report, topic, 0).end()).isEqualTo(2);
        assertThat(report.total()).isZero();
    }

    @Test
    void shouldSkipATopicThatDoesNotExist() throws Exception {
        ended(vertx.close());
        deploy(Map.of(group, Set.of(topic, "missing")));
        produce(topic, 0, 3);

        LagReport report = lagNow();

        assertThat(report.total()).isEqualTo(3);
        assertThat(report.partitions()).extracting(PartitionLag::topic).containsOnly(topic, topic + ".retry");
    }

    @Test
    void shouldTellTheAgeOfTheOldestUnreadRecordByItsOwnTimestampToTheFirstSample() throws Exception {
        long accepted = System.currentTimeMillis() - 90_000;
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, 0, accepted - 60_000, null, new byte[1])).get(30, TimeUnit.SECONDS);
            producer.send(new ProducerRecord<>(topic, 0, accepted, null, new byte[1])).get(30, TimeUnit.SECONDS);
        }
        commit(topic, 0, 1);

        assertThat(of(lagNow(), topic, 0).seconds().orElseThrow()).isBetween(89.0, 110.0);
    }

    @Test
    void shouldSeeTheRecordsOfATopicThatWasDeletedAndCreatedAnew() throws Exception {
        produce(topic, 0, 10);
        commit(topic, 0, 10);
        assertThat(of(lagNow(), topic, 0).lag()).hasValue(0);

        admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(30)).until(() -> !admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic));
        admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get(30, TimeUnit.SECONDS);
        produce(topic, 0, 3);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(lagNow().total()).isEqualTo(3));
        commit(topic, 0, 10);
        assertThat(of(lagNow(), topic, 0).lag()).as("a commit from before").hasValue(3);
    }

    @Test
    void shouldNotJoinTheGroup() throws Exception {
        commit(topic, 0, 0);

        lagNow();

        assertThat(admin.describeConsumerGroups(List.of(group)).all().get(30, TimeUnit.SECONDS).get(group).members()).isEmpty();
    }

    @Test
    void shouldSayThatLagIsUnknownWhileKafkaIsFrozenAndGoOnAfterwards() throws Exception {
        produce(topic, 0, 3);
        commit(topic, 0, 1);
        lagNow();
        kafka.freeze();

        assertThat(bus.ask(Addresses.LAG_NOW, new LagQuestion()).toCompletionStage().toCompletableFuture()
                .handle((report, error) -> error).get(20, TimeUnit.SECONDS)).isNotNull();

        await().atMost(Duration.ofSeconds(10)).until(() -> health.get() != null && !health.get().healthy());
        assertThat(meters.get("kafka_consumer_group_lag").tags("topic", topic, "partition", "0").gauge().value()).isNaN();
        kafka.resume();
        await().atMost(Duration.ofSeconds(60)).until(() -> health.get().healthy());
        assertThat(of(lagNow(), topic, 0).lag()).hasValue(2);
    }

    @Test
    void shouldTellTheLagAlsoWhilePostgresIsFrozen() throws Exception {
        produce(topic, 0, 3);
        commit(topic, 0, 1);
        realPostgres.freeze();
        try {
            assertThat(of(lagNow(), topic, 0).lag()).hasValue(2);
            assertThat(meters.get("kafka_consumer_group_lag").tags("topic", topic, "partition", "0").gauge().value()).isEqualTo(2);
        } finally {
            realPostgres.resume();
        }
    }

    private void deploy(Map<String, Set<String>> topicsByGroup) {
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        bus.listen(Addresses.HEALTH, health::set);
        LagSettings settings = new LagSettings(Duration.ofSeconds(1), Duration.ofSeconds(4));
        ended(vertx.deployVerticle(new LagMonitorVerticle(settings, topicsByGroup,
                new KafkaSettings(kafka.bootstrapServers(), Map.of()), postgres, new Node("node-1", bus, meters))));

    }

    private LagReport lagNow() {
        return ended(bus.ask(Addresses.LAG_NOW, new LagQuestion()));
    }

    private PartitionLag of(LagReport report, String of, int partition) {
        return report.partitions().stream().filter(lag -> lag.group().equals(group) && lag.topic().equals(of)
                && lag.partition() == partition).findFirst().orElseThrow();
    }

    private static void produce(String to, int partition, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(to, partition, null, new byte[1])).get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(more);
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void commit(String of, int partition, long next) throws Exception {
        admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(of, partition), new OffsetAndMetadata(next)))
                .all().get(30, TimeUnit.SECONDS);
    }

    private static void deleteBefore(String of, int partition, long offset) throws Exception {
        admin.deleteRecords(Map.of(new TopicPartition(of, partition), RecordsToDelete.beforeOffset(offset)))
                .all().get(30, TimeUnit.SECONDS);
    }

    /** Where a {@code read_committed} reader stands when it has read all. */
    private static long positionAfterReading(String of, int partition) {
        TopicPartition whole = new TopicPartition(of, partition);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.bootstrapServers(),
                "isolation.level", "read_committed"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(whole));
            consumer.seekToBeginning(List.of(whole));
            long end = consumer.endOffsets(List.of(whole)).get(whole);
            await().atMost(Duration.ofSeconds(30)).pollInSameThread().until(() -> {
                consumer.poll(Duration.ofMillis(200));
                return consumer.position(whole) >= end;
            });
            return consumer.position(whole);
        }
    }

    /** Longer than any answer may take. */
    private static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
