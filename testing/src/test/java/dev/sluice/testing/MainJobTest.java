package dev.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** From a file over HTTP through Kafka into PostgreSQL, by the commands that a user types. */
@Timeout(300)
@ExtendWith(StackExtension.class)
class MainJobTest {

    private static final Duration DRAINED = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private Stack stack;
    private Tables tables;
    private SluiceProcess sluice;

    @BeforeEach
    void start(Stack stack) throws Exception {
        this.stack = stack;
        tables = new Tables(stack.postgres());
        sluice = new SluiceProcess(folder.resolve("node"), stack);
    }

    @AfterEach
    void end() throws Exception {
        sluice.end();
    }

    private static String run() {
        return UUID.randomUUID().toString().substring(0, 8);
    }

    private long applied(String group, String run) throws Exception {
        return tables.count("processed_events WHERE consumer_group = '" + group + "' AND outcome = 'applied' AND event_id LIKE '/tests/" + run + " %'");
    }

    private void assertAllIsThereOnceInOrder(SampleLog log, String run) throws Exception {
        assertThat(applied("entity-state", run)).isEqualTo(log.events());
        assertThat(applied("audit", run)).isEqualTo(log.events());
        assertThat(tables.entitySequences(run)).isEqualTo(log.lastSequences());
        assertThat(tables.count("audit_log WHERE entity_id LIKE '" + run + "-%'")).isEqualTo(log.events());
        assertThat(tables.auditOutOfOrder()).isZero();
    }

    @Test
    void shouldCarryALogIntoTheDatabaseInOrderOnceEach() throws Exception {
        String run = run();
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), run, 20_000, 3_000, 1);
        sluice.start("--run", "all");

        SluiceProcess.Ended first = sluice.run("publish", log.file().toString(), "--json");
        sluice.awaitNoLag(DRAINED);
        assertThat(first.code()).as(first.err()).isEqualTo(3);
        assertThat(first.json().path("sent").asInt()).isEqualTo(log.lines());
        assertThat(first.json().path("accepted").asInt()).isEqualTo(log.events());
        assertThat(first.json().path("duplicates").asInt()).isEqualTo(log.repeated());
        assertThat(first.json().path("rejected").asInt()).isEqualTo(log.malformed());
        assertThat(first.err().lines().filter(line -> line.matches("line [0-9]+: 400 MALFORMED: .+"))).hasSize(log.malformed());
        assertAllIsThereOnceInOrder(log, run);

        SluiceProcess.Ended again = sluice.run("publish", log.file().toString(), "--json");
        sluice.awaitNoLag(DRAINED);
        assertThat(again.json().path("accepted").asInt()).as(again.out() + again.err() + sluice.log()).isZero();
        assertThat(again.json().path("duplicates").asInt()).isEqualTo(log.events() + log.repeated());
        assertAllIsThereOnceInOrder(log, run);
        assertThat(sluice.stop()).isZero();
    }

    @Test
    void shouldCarryTheRealLogWhereItIsAtHand() throws Exception {
        Path real = Path.of("..", "..", "shared", "data", "permit-receipts.ndjson");
        assumeTrue(Files.isReadable(real), "the real log is not here");
        sluice.start("--run", "all");

        SluiceProcess.Ended published = sluice.run("publish", real.toString(), "--json");
        sluice.awaitNoLag(DRAINED);

        assertThat(published.code()).as(published.err()).isZero();
        assertThat(published.json().path("accepted").asInt()).isEqualTo(8_577);
        String fromIt = "processed_events WHERE event_id LIKE '/logs/receipt %' AND consumer_group = ";
        assertThat(tables.count(fromIt + "'entity-state'")).isEqualTo(8_577);
        assertThat(tables.count(fromIt + "'audit'")).isEqualTo(8_577);
        assertThat(tables.count("entity_states WHERE entity_id LIKE 'case-%'")).isEqualTo(1_434);
        assertThat(tables.auditOutOfOrder()).isZero();
    }

    @Test
    void shouldGoOnAfterAKillInTheMiddle() throws Exception {
        String run = run();
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), run, 60_000, 6_000, 2);
        sluice.start("--run", "all");

        Process publishing = sluice.begin("publish", log.file().toString(), "--json");
        await().atMost(Duration.ofSeconds(60)).until(() -> applied("audit", run) > 5_000);
        sluice.kill();
        assertThat(publishing.isAlive()).as("killed in the middle").isTrue();
        sluice.start("--run", "all");
        SluiceProcess.Ended published = sluice.ended("publish", publishing);
        sluice.awaitNoLag(DRAINED);

        JsonNode summary = published.json();
        assertThat(summary.path("unknown").asInt()).isZero();
        assertThat(summary.path("rejected").asInt()).isEqualTo(log.malformed());
        assertThat(summary.path("accepted").asInt() + summary.path("duplicates").asInt()).isEqualTo(log.events() + log.repeated());
        assertAllIsThereOnceInOrder(log, run);
    }

    @Test
    void shouldSetARecordAsideThatNobodyCanRead() throws Exception {
        sluice.start("--run", "all");
        byte[] bytes = "no JSON \u00ff at all".getBytes(StandardCharsets.ISO_8859_1);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("events", 3, "k:1".getBytes(StandardCharsets.UTF_8), bytes)).get();
            producer.send(new ProducerRecord<>("events", 3, "k:1".getBytes(StandardCharsets.UTF_8),
                    "{\"eventId\":\"after-the-bad-one\",\"type\":\"t\",\"entityType\":\"k\",\"entityId\":\"1\",\"sequence\":1,\"data\":{}}".getBytes(StandardCharsets.UTF_8))).get();
        }
        await().atMost(DRAINED).until(() -> tables.count("processed_events WHERE event_id = 'after-the-bad-one'") == 2);

        Map<String, ConsumerRecord<byte[], byte[]>> letters = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> letter : TopicContents.of(stack.kafka(), "dlq.poison")) {
            if (Arrays.equals(letter.value(), bytes)) {
                letters.put(new String(letter.headers().lastHeader("x-original-group").value(), StandardCharsets.UTF_8), letter);
            }
        }
        assertThat(letters).containsOnlyKeys("entity-state", "audit");
        for (ConsumerRecord<byte[], byte[]> letter : letters.values()) {
            assertThat(new String(letter.headers().lastHeader("x-error-type").value(), StandardCharsets.UTF_8)).isEqualTo("POISON");
            assertThat(new String(letter.headers().lastHeader("x-original-topic").value(), StandardCharsets.UTF_8)).isEqualTo("events");
        }
    }

    @Test
    void shouldWorkAsTwoNodesOfOneDeployment() throws Exception {
        String name = "cluster.name=test-" + run();
        SluiceProcess back = new SluiceProcess(folder.resolve("back"), stack, name, "node.name=back", "cluster.port=27701", "cluster.members=127.0.0.1");
        SluiceProcess front = new SluiceProcess(folder.resolve("front"), stack, name, "node.name=front", "cluster.port=27701", "cluster.members=127.0.0.1");
        try {
            back.start("--run", "dlq-router,lag-monitor", "--cluster");
            front.start("--run", "consumer=2,gateway=1", "--cluster");
            String run = run();
            SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), run, 5_000, 500, 3);
            int lettersBefore = TopicContents.of(stack.kafka(), "dlq.poison").size();
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                    new ByteArraySerializer(), new ByteArraySerializer())) {
                for (int i = 0; i < 10; i++) {
                    producer.send(new ProducerRecord<>("events", null, ("{bad" + i).getBytes(StandardCharsets.UTF_8)));
                }
            }
            front.run("publish", log.file().toString(), "--json");
            front.awaitNoLag(DRAINED);
            assertThat(TopicContents.of(stack.kafka(), "dlq.poison")).hasSize(lettersBefore + 20);
            assertAllIsThereOnceInOrder(log, run);

            assertThat(back.stop()).isZero();
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                    new ByteArraySerializer(), new ByteArraySerializer())) {
                producer.send(new ProducerRecord<>("events", 5, null, "{bad without a router".getBytes(StandardCharsets.UTF_8))).get();
            }
            back.start("--run", "dlq-router,lag-monitor", "--cluster");
            await().atMost(DRAINED).until(() -> TopicContents.of(stack.kafka(), "dlq.poison").size() == lettersBefore + 22);
            front.awaitNoLag(DRAINED);
            assertThat(front.stop()).isZero();
            assertThat(back.stop()).isZero();
        } finally {
            front.end();
            back.end();
        }
    }
}
