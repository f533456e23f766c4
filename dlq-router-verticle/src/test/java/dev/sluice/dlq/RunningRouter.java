package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.Node;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.store.Schema;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Two routers on a real Kafka and PostgreSQL. Each test finds its own records by an identity of its own. */
@Timeout(120)
@ExtendWith(StackExtension.class)
abstract class RunningRouter {

    static Kafka kafka;
    static PostgresSettings postgres;
    final String eventId = "test " + UUID.randomUUID();
    final MeterRegistry meters = new SimpleMeterRegistry();
    Vertx vertx;
    Bus bus;
    Pool pool;
    String deployment;

    @BeforeAll
    static void createTables(Kafka realKafka, Postgres database) throws Exception {
        kafka = realKafka;
        postgres = PostgresSettings.of(database.host(), database.port(), database.database(), database.user(), database.password());
        Schema.migrate(postgres);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            // Their records are years old: Kafka would delete them whenever it looks for what is past its time.
            Map<String, String> kept = Map.of("max.message.bytes", "1572864", "retention.ms", "-1");
            admin.createTopics(List.of(new NewTopic("events.retry", 24, (short) 1).configs(kept),
                    new NewTopic("dlq.errors", 3, (short) 1).configs(kept),
                    new NewTopic("dlq.poison", 3, (short) 1).configs(kept))).all().get(60, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void deploy() {
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        pool = postgres.pool(vertx);
        DlqSettings settings = new DlqSettings(null, null, null, Duration.ofSeconds(8));
        KafkaSettings where = new KafkaSettings(kafka.bootstrapServers(), Map.of());
        deployment = ended(vertx.deployVerticle(
                () -> new DlqRouterVerticle(settings, where, postgres, new Node("node-1", bus, meters)),
                new DeploymentOptions().setInstances(2)));
    }

    @AfterEach
    void close() throws Exception {
        kafka.resume();
        ended(vertx.close());
    }

    Routed ask(RouteFailure failure) {
        return ended(bus.ask(Addresses.ROUTE_FAILURE, failure));
    }

    ConsumerRecord<byte[], byte[]> onlyRecord(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = records(topic);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        return records(topic, eventId);
    }

    /** Everything of this identity that is in the topic now, in the order of retries. */
    static List<ConsumerRecord<byte[], byte[]>> records(String topic, String identity) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (text(record, "x-event-identity").equals(identity)) {
                        found.add(record);
                    }
                });
            }
        }
        found.sort(java.util.Comparator.comparing(record -> text(record, "x-retry-count")));
        return found;
    }

    static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), Arrays.stream(record.headers().toArray())
                .map(header -> new Header(header.key(), header.value())).toList());
    }

    static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Longer than any answer may take. */
    static <T> T ended(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
