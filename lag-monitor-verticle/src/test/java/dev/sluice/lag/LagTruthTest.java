package dev.sluice.lag;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.tools.consumer.group.ConsumerGroupCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The lag against the truth: Kafka's own tool for events, the records' own moments for seconds. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class LagTruthTest {

    private static final int TICKS = 60;
    private static final Duration TICK = Duration.ofMillis(100);

    private final String topic = "t" + UUID.randomUUID();
    private final String group = "g" + UUID.randomUUID();
    /** By offset, when its record was accepted; of partition 0. */
    private final Map<Long, Long> accepted = new ConcurrentHashMap<>();
    private String kafka;
    private Admin admin;
    private Vertx vertx;
    private Bus bus;

    @BeforeEach
    void start(Kafka realKafka, Postgres postgres) throws Exception {
        kafka = realKafka.bootstrapServers();
        admin = Admin.create(Map.of("bootstrap.servers", kafka));
        admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1), new NewTopic(topic + ".retry", 1, (short) 1)))
                .all().get(30, TimeUnit.SECONDS);
        PostgresSettings settings = PostgresSettings.of(postgres.host(), postgres.port(), postgres.database(),
                postgres.user(), postgres.password());
        Schema.migrate(settings);
        vertx = Vertx.vertx();
        bus = Bus.install(vertx);
        vertx.deployVerticle(new LagMonitorVerticle(LagSettings.standard(), Map.of(group, Set.of(topic)),
                        new KafkaSettings(kafka, Map.of()), settings, new Node("node-1", bus, new SimpleMeterRegistry())))
                .toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        admin.close(Duration.ofSeconds(1));
    }

    @Test
    void shouldTellSecondsWithinATenthUnderASteadyLoad() throws Exception {
        load(tick -> 5, 30);
    }

    @Test
    void shouldTellSecondsWithinATenthUnderABurstyLoad() throws Exception {
        load(tick -> tick % 20 == 0 ? 300 : 0, 240);
    }

    @Test
    void shouldTellTheSameEventsAsKafkasOwnTool() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int i = 0; i < 170; i++) {
                producer.send(new ProducerRecord<>(topic, i % 10 == 0 ? 1 : 0, null, new byte[1])).get(30, TimeUnit.SECONDS);
            }
        }
        commit(0, 41);
        commit(1, 17);

        Map<Integer, Long> theirs = kafkaConsumerGroups();
        LagReport ours = lagNow();

        assertThat(theirs).containsEntry(0, 153L - 41).containsEntry(1, 0L).doesNotContainKey(2);
        ours.partitions().stream().filter(lag -> lag.topic().equals(topic)).forEach(lag ->
                assertThat(lag.lag().isPresent() ? lag.lag().getAsLong() : null).isEqualTo(theirs.get(lag.partition())));
    }

    /** @param perTick events; the group stays so far behind that its oldest unread one is some seconds old */
    private void load(IntUnaryOperator perTick, int keptUnread) throws Exception {
        double worst = 0;
        int compared = 0;
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            long next = 0;
            for (int tick = 0; tick < TICKS; tick++) {
                long tickEnds = System.nanoTime() + TICK.toNanos();
                for (int i = 0; i < perTick.applyAsInt(tick); i++) {
                    producer.send(new ProducerRecord<>(topic, 0, null, new byte[1]), (metadata, error) ->
                            accepted.put(metadata.offset(), metadata.timestamp()));
                    next++;
                }
                producer.flush();
                commit(0, Math.max(0, next - keptUnread));
                if (tick > 10 && tick % 3 == 0) {
                    LagReport report = lagNow();
                    PartitionLag lag = report.partitions().stream().filter(each -> each.topic().equals(topic)
                            && each.partition() == 0).findFirst().orElseThrow();
                    double truth = (report.sampledAtMillis() - accepted.get(lag.committed().orElseThrow())) / 1000.0;
                    assertThat(lag.seconds().orElseThrow()).isCloseTo(truth, within(truth / 10));
                    worst = Math.max(worst, Math.abs(lag.seconds().orElseThrow() - truth) / truth);
                    compared++;
                }
                LockSupport.parkNanos(tickEnds - System.nanoTime());
            }
        }
        System.out.printf("lag in seconds: %d comparisons, at worst %.1f %% off%n", compared, worst * 100);
        assertThat(compared).isGreaterThan(10);
    }

    /** By partition, what {@code kafka-consumer-groups --describe} prints; a partition without a commit has no figure. */
    private Map<Integer, Long> kafkaConsumerGroups() {
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            ConsumerGroupCommand.main(new String[] {"--bootstrap-server", kafka, "--describe", "--group", group});
        } finally {
            System.setOut(out);
        }
        Map<Integer, Long> lags = new HashMap<>();
        said.toString(StandardCharsets.UTF_8).lines().map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length > 5 && words[0].equals(group) && words[1].equals(topic))
                .forEach(words -> lags.put(Integer.parseInt(words[2]), Long.parseLong(words[5])));
        return lags;
    }

    private LagReport lagNow() throws Exception {
        return bus.ask(Addresses.LAG_NOW, new LagQuestion()).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(Map.of("bootstrap.servers", kafka), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void commit(int partition, long next) throws Exception {
        admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, partition), new OffsetAndMetadata(next)))
                .all().get(30, TimeUnit.SECONDS);
    }
}
