package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.DeadLetters;
import dev.sluice.bus.DeadLetters.Act;
import dev.sluice.bus.DeadLetters.Acted;
import dev.sluice.config.KafkaSettings;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import dev.sluice.failure.RetrySchedule;
import dev.sluice.store.Inbox;
import io.vertx.core.Future;
import io.vertx.kafka.client.producer.KafkaWriteStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** What operators do to letters, and what is left of it. */
class LetterActionsTest extends BuriedLetters {

    private static final Map<TopicPartition, Long> NOTHING_READ = Map.of(new TopicPartition("none", 0), 0L);

    @Test
    void shouldSendALetterBackToItsGroupOnce() throws Exception {
        bury(2);
        awaitOpen(2);
        long before = retries();

        assertThat(act("replay", true).letters()).isEqualTo(2);
        assertThat(retries()).isEqualTo(before);
        assertThat(act("replay", false).letters()).isEqualTo(2);
        assertThat(act("replay", false).letters()).isZero();

        assertThat(retries()).isEqualTo(before + 2);
        assertThat(list(marked("replayed"))).hasSize(2);
        assertThat(audited("replay")).isEqualTo(2);
    }

    /** One that fails again meanwhile is a new letter, and would be sent back without an end. */
    @Test
    void shouldLeaveOutWhatBecameALetterAfterTheDryRun() {
        bury(2);
        awaitOpen(2);
        long last = act("replay", true).last();
        bury(1);
        awaitOpen(3);

        Act bounded = new Act("replay", marked(null), "anna", mark, false, 100, 0, last);
        assertThat(ended(bus.ask(Addresses.ACT_ON_LETTERS, bounded)).letters()).isEqualTo(2);

        assertThat(list(marked("open"))).hasSize(1);
    }

    @Test
    void shouldAddressAReplayToTheGroupThatFailedAsIfItWereNew() {
        RawRecord letter = Failures.record("dlq.errors", Header.of("ce_id", "1"), Header.of("x-event-identity", "e"),
                Header.of("x-retry-count", "4"), Header.of("x-original-group", "audit"));

        Map<String, String> headers = MovedHeaders.ofReplay(letter, "dlq.errors-0-1", 0).stream()
                .collect(Collectors.toMap(Header::name, Header::text));

        assertThat(headers).containsEntry("x-event-identity", "e").containsEntry("x-original-group", "audit")
                .containsEntry("x-retry-count", "0").containsEntry("x-retry-after", "1970-01-01T00:00:00.000Z")
                .containsEntry("x-replay-of", "dlq.errors-0-1").containsEntry("ce_id", "1").hasSize(6);
    }

    /** It failed before it was noted that it was sent: what was sent is replayed, the event is still dead. */
    @Test
    void shouldLeaveOpenWhatFailsAgainFasterThanItsReplayIsNoted() {
        LetterTable table = new LetterTable(pool);
        ActionTable actions = new ActionTable(pool);
        Act act = new Act("replay", marked(null), "anna", mark, false, 100, 0, 0);
        ended(table.store(List.of(letter(1)), NOTHING_READ));

        long action = ended(actions.begin(act, List.of("dlq.errors-99-1")));
        ended(table.store(List.of(letter(2)), NOTHING_READ));
        ended(table.store(List.of(letter(1)), NOTHING_READ));
        ended(actions.replayed(action, List.of("dlq.errors-99-1")));

        assertThat(list(marked("open"))).extracting(DeadLetters.Letter::id).containsExactly("dlq.errors-99-2");
        ended(actions.replayed(action, List.of("dlq.errors-99-2")));
        ended(table.store(List.of(letter(3)), NOTHING_READ));
        assertThat(list(marked("open"))).extracting(DeadLetters.Letter::id).containsExactly("dlq.errors-99-3");
    }

    private LetterRow letter(int death) {
        return new LetterRow("dlq.errors-99-" + death, "dlq.errors", 99, death, Failures.GROUP, "event " + mark, "a:1", "step",
                "PERMANENT", "refused " + mark, new Place("events", 0, 7), 0,
                Instant.EPOCH.plusSeconds(death).atOffset(java.time.ZoneOffset.UTC), 1);
    }

    @Test
    void shouldDiscardOnlyWithAReason() {
        bury(1);
        awaitOpen(1);
        Act without = new Act("discard", marked(null), "anna", " ", false, 100, 0, 0);

        assertThat(ended(bus.ask(Addresses.ACT_ON_LETTERS, without)).refused()).contains("reason");
        assertThat(list(marked("open"))).hasSize(1);
        assertThat(act("discard", false).letters()).isEqualTo(1);

        assertThat(list(marked("discarded"))).hasSize(1);
        assertThat(audited("discard")).isEqualTo(1);
        String eventId = list(marked(null)).get(0).eventId();
        assertThat(ended(new Inbox(Failures.GROUP).find(pool, eventId))).contains(Outcome.DISCARDED);
    }

    @Test
    void shouldTellWhoDidWhatToALetterTheNewestFirst() {
        bury(2);
        awaitOpen(2);
        String id = list(marked("open")).get(1).id();
        ended(bus.ask(Addresses.EXPORT_LETTERS, new DeadLetters.ExportLetters(marked(null), "ben", null, 0)));
        act("replay", false);

        DeadLetters.Actions newest = actions(id, 0, 1);
        DeadLetters.Actions older = actions(id, newest.next(), 5);

        assertThat(newest.actions()).extracting(DeadLetters.Action::actor, DeadLetters.Action::action, DeadLetters.Action::reason,
                DeadLetters.Action::letters, DeadLetters.Action::meant, DeadLetters.Action::outcome)
                .containsExactly(tuple("anna", "replay", mark, 2, 2, "done"));
        assertThat(Instant.parse(newest.actions().get(0).endedAt())).isAfterOrEqualTo(Instant.parse(newest.actions().get(0).at()));
        assertThat(older.actions()).extracting(DeadLetters.Action::actor, DeadLetters.Action::action).containsExactly(tuple("ben", "export"));
        assertThat(older.next()).isZero();
        assertThat(ended(bus.ask(Addresses.LIST_ACTIONS, new DeadLetters.ListActions(id, null, newest.actions().get(0).at(), 0, 5)))
                .actions()).isEqualTo(older.actions());
    }

    @Test
    void shouldKeepTheIntentOfAReplayThatIsCutOffAndGoOnWhenAskedAgain() {
        bury(5);
        awaitOpen(5);
        MockProducer<byte[], byte[]> dying = new MockProducer<>(oneRetryPartition(), false, null, new ByteArraySerializer(),
                new ByteArraySerializer());
        ActionTable actions = new ActionTable(pool);
        LetterTable table = new LetterTable(pool);
        LetterPortion.Reader reader = new LetterPortion.Reader(vertx, table,
                new LetterRecords(new KafkaSettings(kafka.bootstrapServers(), Map.of())), 1_000_000);
        vertx.runOnContext(now -> new LetterActions(table, actions, reader, new Replay(vertx,
                new RecordWriter(KafkaWriteStream.create(vertx, dying), System::currentTimeMillis), actions,
                group -> RetrySchedule.STANDARD, System::currentTimeMillis))
                .act(new Act("replay", marked(null), "anna", mark, false, 100, 0, 0)));
        await().atMost(Duration.ofSeconds(40)).until(() -> dying.history().size() == 5);
        assertThat(count("dead_letter_actions WHERE outcome = 'begun' AND letters = 0 AND cardinality(letter_ids) = 5 "
                + "AND ended_at IS NULL AND reason = '" + mark + "'")).isEqualTo(1);
        assertThat(list(marked("open"))).hasSize(5);

        assertThat(act("replay", false)).isEqualTo(new Acted(5, 0, 0, 0, null));

        assertThat(list(marked("replayed"))).hasSize(5);
        assertThat(audited("replay")).isEqualTo(5);
    }

    @Test
    void shouldEndAReplayInOrderWhenItsRouterStops() throws Exception {
        bury(5);
        awaitOpen(5);
        long before = retries();
        Future<Acted> act = bus.ask(Addresses.ACT_ON_LETTERS, new Act("replay", marked(null), "anna", mark, false, 2, 0, 0));
        await().atMost(Duration.ofSeconds(40)).until(() -> !list(marked("replayed")).isEmpty());

        ended(vertx.undeploy(deployment));
        await().atMost(Duration.ofSeconds(40)).until(act::isComplete);
        long marked = count("dead_letters WHERE state = 'replayed' AND error_message LIKE '%" + mark + "'");
        assertThat(act.failed()).isTrue();
        assertThat(marked).isBetween(1L, 4L).isEqualTo(retries() - before);
        assertThat(count("dead_letter_actions WHERE outcome = 'failed' AND reason = '" + mark + "'")).isEqualTo(1);
        deploy();

        assertThat(audited("replay")).isEqualTo(marked);
        assertThat(act("replay", false).letters()).isEqualTo(5 - marked);
        assertThat(retries() - before).isEqualTo(5);
    }

    private static Cluster oneRetryPartition() {
        org.apache.kafka.common.Node node = new org.apache.kafka.common.Node(0, "localhost", 1);
        return new Cluster("c", List.of(node), List.of(new PartitionInfo("events.retry", 0, node,
                new org.apache.kafka.common.Node[] {node}, new org.apache.kafka.common.Node[] {node})), Set.of(), Set.of());
    }

    private static long retries() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.listOffsets(IntStream.range(0, 4).boxed().collect(Collectors.toMap(
                    partition -> new TopicPartition("events.retry", partition), partition -> OffsetSpec.latest())))
                    .all().get(20, TimeUnit.SECONDS).values().stream().mapToLong(end -> end.offset()).sum();
        }
    }
}
