package dev.sluice.consumer;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.PartitionResumed;
import dev.sluice.bus.ResumePartition;
import dev.sluice.event.Topics;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What is read when, and where reading stops. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class ReadingTest {

    private Backends.Postgres postgres;
    private Rig rig;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
    }

    @Test
    void shouldStopOnlyThePartitionWhoseOffsetsAreGoneAndSaySo() throws Exception {
        for (int sequence = 1; sequence <= 20; sequence++) {
            rig.publish(inPartition(0, sequence));
            rig.publish(inPartition(1, sequence));
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.ends().equals(Map.of(0, 20L, 1, 20L)));
        TopicPartition first = new TopicPartition(rig.topic, 0);
        rig.admin().alterConsumerGroupOffsets(rig.group, Map.of(first, new OffsetAndMetadata(3))).all()
                .get(10, TimeUnit.SECONDS);
        rig.admin().deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(8))).all().get(10, TimeUnit.SECONDS);

        rig.start(0, Scripted.APPEND_ALL);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 20);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(rig.health.get("0").reason())
                .contains(first + " is stopped: offsets 3 to 7 are gone"));
        assertThat(rig.health.get("0").healthy()).isFalse();
        rig.publish(inPartition(0, 21));
        rig.publish(inPartition(1, 21));
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.committed().get(1) == 21L);
        assertThat(rig.committed()).containsEntry(0, 3L);
        assertThat(rig.counter("consumer_poll_restarts_total")).isZero();

        assertThat(resume("7").refused()).contains("can go on from 8 (earliest) to 21, not from 7");
        assertThat(resume("earliest")).isEqualTo(new PartitionResumed(8, null));
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committed().equals(Map.of(0, 21L, 1, 21L)));
        assertThat(rig.effects()).hasSize(34).doesNotHaveDuplicates();
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.health.get("0").healthy());
        assertThatThrownBy(() -> resume("earliest")).as("nobody listens for a partition that is read").isNotNull();
    }

    @Test
    void shouldStartBehindWhatIsThereIfToldSoAndKeepToItAfterARestart() throws Exception {
        for (int sequence = 1; sequence <= 20; sequence++) {
            rig.publish(inPartition(0, sequence));
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.ends().equals(Map.of(0, 20L)));
        rig.start(0, Scripted.APPEND, this::latest);
        await("pinned before anything is read").atMost(Duration.ofSeconds(20)).until(() -> rig.committed().equals(Map.of(0, 20L)));
        rig.stop(0);
        rig.publish(inPartition(0, 21));
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.ends().equals(Map.of(0, 21L)));

        rig.start(0, Scripted.APPEND, this::latest);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committed().equals(Map.of(0, 21L)));
        assertThat(rig.effects()).containsExactly("/test case:0/21");
    }

    @Test
    void shouldNotApplyWhatIsOlderThanTheInboxRemembersButForAReplay() throws Exception {
        long old = Instant.now().minus(2, ChronoUnit.DAYS).toEpochMilli();
        rig.start(0, Scripted.APPEND, settings -> {
            settings.horizon = Duration.ofDays(1);
            return settings;
        });
        rig.publish("case:1", 1);
        rig.publish(acceptedAt(old, rig.topic, Rig.record(rig.topic, "case:2", 1, Map.of())));
        rig.publish("case:3", 1);
        rig.publish(acceptedAt(old, Topics.retryOf(rig.topic), replay("case:9", 1)));
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + rig.group
                + "', 'the first identity', 'dead')");

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 3 && rig.routed.size() == 1);
        assertThat(rig.effects()).containsExactlyInAnyOrder("/test case:1/1", "/test case:3/1", "the first identity");
        assertThat(rig.routed.element().error().types()).contains("dev.sluice.failure.ExpiredRecord");
        assertThat(rig.routed.element().eventId()).isEqualTo("/test case:2/1");
    }

    @Test
    void shouldPurgeWhatIsOlderThanTheInboxRemembers() throws Exception {
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome, processed_at) SELECT '" + rig.group
                + "', 'old ' || n, 'applied', now() - interval '3 days' FROM generate_series(1, 12000) AS n");
        rig.start(0, Scripted.APPEND, settings -> {
            settings.horizon = Duration.ofDays(1);
            return settings;
        });
        await().atMost(Duration.ofSeconds(30)).until(() ->
                postgres.number("SELECT count(*) FROM processed_events WHERE consumer_group = '" + rig.group + "'") == 0);
    }

    /** Accepted by a gateway whose clock is ahead: not expired yet, though it had its effect longer ago than the horizon. */
    @Test
    void shouldRememberWhatIsNotExpiredThoughTheClocksDiffer() throws Exception {
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome, processed_at) SELECT '" + rig.group
                + "', id, 'applied', now() - age FROM (VALUES ('/test case:1/1', interval '24 hours 50 minutes'), ('old', "
                + "interval '3 days')) AS known (id, age)");
        rig.start(0, Scripted.APPEND, settings -> {
            settings.horizon = Duration.ofDays(1);
            return settings;
        });
        await("the purge").atMost(Duration.ofSeconds(30)).until(() -> postgres.number(
                "SELECT count(*) FROM processed_events WHERE event_id = 'old'") == 0);
        rig.publish(acceptedAt(Instant.now().minus(Duration.ofHours(24)).plusSeconds(600).toEpochMilli(), rig.topic,
                Rig.record(rig.topic, "case:1", 1, Map.of())));
        String after = rig.publish("case:1", 2);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).containsExactly(after);
        assertThat(rig.routed).isEmpty();
    }

    private static ProducerRecord<byte[], byte[]> acceptedAt(long millis, String topic, ProducerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(topic, null, millis, record.key(), record.value(), record.headers());
    }

    private Rig.Settings latest(Rig.Settings settings) {
        settings.start = Subscription.Start.LATEST;
        return settings;
    }

    private PartitionResumed resume(String from) throws Exception {
        return rig.node.bus().ask(Addresses.resume(rig.group, rig.topic, 0), new ResumePartition(from)).await(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldHoldARetryUntilItIsDueAndRunItInItsGroupOnly() throws Exception {
        Instant due = Instant.now().plusMillis(2_500).truncatedTo(ChronoUnit.MILLIS);
        rig.publish(retry("case:1", 1, rig.group, due));
        rig.publish(retry("case:2", 1, "another", Instant.now()));
        rig.start(0, Scripted.APPEND_ALL);
        String other = rig.publish("case:3", 1);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 1);
        assertThat(rig.effects()).containsExactly(other);
        assertThat(Instant.now()).isBefore(due);
        await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 2);
        assertThat(Instant.now()).isBetween(due, due.plusMillis(1_000));
        assertThat(rig.effects()).containsExactly(other, "the first identity");
    }

    @Test
    void shouldApplyAReplayedDeadLetterOnceAndTurnItsRowToApplied() throws Exception {
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + rig.group
                + "', 'the first identity', 'dead')");
        rig.start(0, Scripted.APPEND);
        rig.publish(replay("case:9", 1));
        rig.publish(replay("case:9", 1));
        rig.publish(retry("case:9", 2, rig.group, Instant.now()));
        rig.publish(Rig.record(Topics.retryOf(rig.topic), "case:9", 3, Map.of("x-original-group", rig.group,
                "x-event-identity", "behind them")));

        await().atMost(Duration.ofSeconds(40)).until(() -> rig.effects().contains("behind them"));
        assertThat(rig.effects()).containsExactly("the first identity", "behind them");
        assertThat(rig.routed).isEmpty();
        assertThat(postgres.column("SELECT outcome FROM processed_events WHERE consumer_group = '" + rig.group
                + "' AND event_id = 'the first identity'")).containsExactly("applied");
    }

    private ProducerRecord<byte[], byte[]> inPartition(int partition, int sequence) {
        ProducerRecord<byte[], byte[]> record = Rig.record(rig.topic, "case:" + partition, sequence, Map.of());
        return new ProducerRecord<>(rig.topic, partition, record.key(), record.value(), record.headers());
    }

    private ProducerRecord<byte[], byte[]> replay(String entity, int sequence) {
        return Rig.record(Topics.retryOf(rig.topic), entity, sequence, Map.of("x-original-group", rig.group,
                "x-retry-after", Instant.now().toString(), "x-retry-count", "0", "x-replay-of", "dlq.errors-0-0",
                "x-event-identity", "the first identity"));
    }

    private ProducerRecord<byte[], byte[]> retry(String entity, int sequence, String group, Instant due) {
        ProducerRecord<byte[], byte[]> record = Rig.record(Topics.retryOf(rig.topic), entity, sequence, Map.of(
                "x-original-group", group, "x-retry-after", due.toString(), "x-retry-count", "1",
                "x-event-identity", "the first identity"));
        assertThat(record.key()).isEqualTo(entity.getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
