package dev.sluice.engine.deploy;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.config.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** From a Kafka record to its effect, in both groups of the default configuration, on a real Kafka and PostgreSQL. */
@Timeout(180)
@ExtendWith(StackExtension.class)
class EventsArriveTest {

    private static final int ENTITIES = 50;
    private static final int EVENTS_EACH = 20;
    private static final byte[] NO_JSON = "{no json".getBytes(StandardCharsets.UTF_8);
    private static RealBackends backends;

    @TempDir
    Path data;

    @BeforeAll
    static void takeRealParts(Kafka kafka, Postgres postgres) {
        backends = new RealBackends(kafka, postgres);
    }

    @Test
    void shouldApplyEachEventOncePerGroupInOrderAndSetAPoisonedRecordAside() throws Exception {
        Deployment node = node();
        node.start();
        publishTwice();

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(count("processed_events WHERE outcome = 'applied' AND consumer_group = 'entity-state'"))
                    .isEqualTo(ENTITIES * EVENTS_EACH);
            assertThat(count("processed_events WHERE outcome = 'applied' AND consumer_group = 'audit'"))
                    .isEqualTo(ENTITIES * EVENTS_EACH);
        });
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(poisonedGroups())
                .containsExactlyInAnyOrder("audit", "entity-state"));

        assertThat(count("entity_states WHERE sequence = " + EVENTS_EACH)).isEqualTo(ENTITIES);
        assertThat(count("audit_log")).isEqualTo(ENTITIES * EVENTS_EACH);
        assertThat(count("(SELECT sequence - lag(sequence) OVER (PARTITION BY entity_id ORDER BY id) AS step "
                + "FROM audit_log) AS steps WHERE step <> 1")).isZero();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(committed("entity-state")).isEqualTo(ends());
            assertThat(committed("audit")).isEqualTo(ends());
        });

        assertThat(node.stop()).isTrue();
    }

    private Deployment node() {
        List<String> settings = new ArrayList<>(backends.settings());
        settings.add("operations.port=0");
        return new Deployment(Configuration.load(Optional.empty(), Map.of("SLUICE_CONFIG", ""), settings),
                RunPlan.parse("consumer,dlq-router"), new NodeOptions(false, false, Optional.of(data)));
    }

    private static void publishTwice() {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                backends.kafka().bootstrapServers()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int round = 0; round < 2; round++) {
                for (int sequence = 1; sequence <= EVENTS_EACH; sequence++) {
                    for (int entity = 0; entity < ENTITIES; entity++) {
                        producer.send(event("case:" + entity, sequence));
                    }
                }
            }
            producer.send(new ProducerRecord<>("events", "case:0".getBytes(StandardCharsets.UTF_8), NO_JSON));
        }
    }

    private static ProducerRecord<byte[], byte[]> event(String subject, int sequence) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("events", subject.getBytes(StandardCharsets.UTF_8),
                ("{\"step\":" + sequence + "}").getBytes(StandardCharsets.UTF_8));
        Map.of("ce_id", subject + "/" + sequence, "ce_source", "/test", "ce_type", "Step " + sequence, "ce_subject",
                subject, "ce_sequence", Integer.toString(sequence), "content-type", "application/json")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private static List<String> poisonedGroups() {
        List<String> groups = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(Map.of("bootstrap.servers",
                backends.kafka().bootstrapServers()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Set<TopicPartition> partitions = partitions("dlq.poison");
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            for (int i = 0; i < 5 && groups.size() < 2; i++) {
                for (ConsumerRecord<byte[], byte[]> letter : reader.poll(Duration.ofMillis(500))) {
                    assertThat(letter.value()).isEqualTo(NO_JSON);
                    groups.add(new String(letter.headers().lastHeader("x-original-group").value(), StandardCharsets.UTF_8));
                }
            }
        }
        return groups;
    }

    private static Set<TopicPartition> partitions(String topic) {
        return IntStream.range(0, 24).mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
    }

    /** Only where something was written: of an empty partition it is committed that it was taken up. */
    private static Map<TopicPartition, Long> committed(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", backends.kafka().bootstrapServers()))) {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                    .filter(entry -> entry.getKey().topic().equals("events") && entry.getValue() != null
                            && entry.getValue().offset() > 0)
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
        }
    }

    private static Map<TopicPartition, Long> ends() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", backends.kafka().bootstrapServers()))) {
            return admin.listOffsets(partitions("events").stream().collect(Collectors.toMap(partition -> partition,
                            partition -> OffsetSpec.latest()))).all().get().entrySet().stream()
                    .filter(entry -> entry.getValue().offset() > 0)
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
        }
    }

    private static long count(String what) throws SQLException {
        try (Connection connection = backends.postgres().connect();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + what)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
