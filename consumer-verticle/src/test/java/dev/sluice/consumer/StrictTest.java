package dev.sluice.consumer;

import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.PermanentFailure;
import dev.sluice.api.TransientFailure;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.RouteFailure.Order;
import dev.sluice.bus.Routed;
import dev.sluice.event.Topics;
import dev.sluice.metrics.Meter;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import static dev.sluice.consumer.GapSettings.Afterwards.DEAD_LETTER;
import static dev.sluice.consumer.GapSettings.Afterwards.WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What comes before the event in front of it waits, durably, and holds up nobody else. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class StrictTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private Backends.Postgres postgres;
    private final Set<String> failingOnce = ConcurrentHashMap.newKeySet();
    private final Set<String> bad = ConcurrentHashMap.newKeySet();
    private Rig rig;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) {
        this.rig = rig;
        this.postgres = postgres;
        rig.router = this::decide;
        postgres.execute("TRUNCATE parked_events");
    }

    private Routed decide(RouteFailure failure) {
        return failure.error().types().contains(TransientFailure.class.getName())
                ? new Routed.Park(failure.retries() + 1, System.currentTimeMillis() + 200)
                : new Routed.Dead(Topics.DLQ_ERRORS, 0, 0, failure.order() == Order.BLOCKED ? "BLOCKED_BY" : "PERMANENT");
    }

    private Future<?> script(SqlConnection transaction, Event event) {
        if (bad.contains(event.id())) {
            return Future.failedFuture(new PermanentFailure("bad"));
        }
        return isToFail(event) ? Future.failedFuture(new TransientFailure("not now"))
                : Scripted.APPEND.handle(transaction, event);
    }

    private boolean isToFail(Event event) {
        return failingOnce.contains(event.id()) && rig.routed.stream().noneMatch(failure -> failure.eventId().equals(event.id()));
    }

    private void start(int index, GapSettings gaps) throws Exception {
        rig.start(index, (EventHandler) this::script, settings -> {
            settings.retries = Subscription.Retries.PRESERVING;
            settings.sequences = SequenceMode.STRICT;
            settings.gaps = gaps;
            return settings;
        });
    }

    @Test
    void shouldParkWhatComesTooEarlyAndGoOnInOrderWhenTheMissingOneIsThere() throws Exception {
        start(0, GapSettings.STANDARD);
        publish("case:1", 1, 4, 3);
        publish("case:2", 7, 8);

        await().atMost(LONG).until(() -> rig.committed().equals(rig.ends()) && gaps() == 2);
        assertThat(rig.effects()).containsExactlyInAnyOrder(id("case:1", 1), id("case:2", 7), id("case:2", 8));
        assertThat(identities()).as("what waits has no outcome").isEqualTo(3);
        publish("case:1", 4, 2, 1, 5);

        await().atMost(LONG).until(() -> rig.effects().size() == 7);
        await().atMost(LONG).until(() -> gaps() == 0 && rig.committed().equals(rig.ends()));
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(identities()).isEqualTo(7);
        assertThat(rig.routed).isEmpty();
    }

    @Test
    void shouldLeaveWhatIsParkedToTheNextOwner() throws Exception {
        start(0, GapSettings.STANDARD);
        publish("case:1", 1, 3);
        await().atMost(LONG).until(() -> gaps() == 1 && rig.committed().equals(rig.ends()));
        rig.stop(0);
        start(1, GapSettings.STANDARD);
        publish("case:1", 2);

        await().atMost(LONG).until(() -> rig.effects().size() == 3);
        assertThat(rig.stepsOutOfOrder()).isZero();
        await().atMost(LONG).until(() -> gaps() == 0);
    }

    @Test
    void shouldTellWhenAGapIsOverdueAndWaitOn() throws Exception {
        start(0, new GapSettings(Duration.ofMillis(500), WAIT, 1_000, null));
        publish("case:1", 1, 3);

        await().atMost(LONG).until(() -> overdue() == 1);
        assertThat(gaps()).isEqualTo(1);
        publish("case:1", 2);
        await().atMost(LONG).until(() -> rig.effects().size() == 3);
        await().atMost(LONG).until(() -> overdue() == 0);
        assertThat(rig.stepsOutOfOrder()).isZero();
    }

    @Test
    void shouldDeadLetterWhatIsOverdueIfToldSo() throws Exception {
        start(0, new GapSettings(Duration.ofMillis(500), DEAD_LETTER, 1_000, null));
        publish("case:1", 1, 3);

        await().atMost(LONG).until(() -> rig.routed.size() == 1);
        RouteFailure failure = rig.routed.peek();
        assertThat(failure.eventId()).isEqualTo(id("case:1", 3));
        assertThat(failure.order()).isEqualTo(Order.BLOCKED);
        assertThat(failure.error().types()).contains(Strictly.GapNotFilled.class.getName());
        await().atMost(LONG).until(() -> gaps() == 0);
        publish("case:1", 2);
        await().atMost(LONG).until(() -> rig.effects().size() == 2);
        assertThat(rig.effects()).containsExactly(id("case:1", 1), id("case:1", 2));
    }

    @Test
    void shouldDeadLetterWhatComesTooEarlyWhenTooManyWaitAndGoOnWithTheRest() throws Exception {
        start(0, new GapSettings(Duration.ofSeconds(60), WAIT, 3, null));
        publish("case:1", 1, 3, 4, 5);
        await().atMost(LONG).until(() -> gaps() == 3 && rig.committed().equals(rig.ends()));
        publish("case:1", 6, 7);

        await().atMost(LONG).until(() -> rig.committed().equals(rig.ends()) && rig.routed.size() == 2);
        assertThat(gaps()).isEqualTo(3);
        assertThat(rig.routed).extracting(RouteFailure::eventId)
                .containsExactlyInAnyOrder(id("case:1", 6), id("case:1", 7));
        assertThat(postgres.column("SELECT DISTINCT error_type || ' ' || (error_message LIKE '%max-waiting%')"
                + " FROM processed_events WHERE consumer_group = '" + rig.group + "' AND outcome = 'dead'"))
                .as("what their letters say").containsExactly("BLOCKED_BY true");
        publish("case:2", 7, 8);
        publish("case:1", 2);
        await().atMost(LONG).until(() -> rig.effects().size() == 7);
        await().atMost(LONG).until(() -> gaps() == 0 && rig.committed().equals(rig.ends()));
        assertThat(rig.stepsOutOfOrder()).isZero();
    }

    @Test
    void shouldCountWhatWaitedAlreadyWhenItTakesAPartitionOver() throws Exception {
        start(0, new GapSettings(Duration.ofSeconds(60), WAIT, 2, null));
        publish("case:1", 1, 3, 4);
        await().atMost(LONG).until(() -> gaps() == 2 && rig.committed().equals(rig.ends()));
        rig.stop(0);
        publish("case:1", 5);
        start(1, new GapSettings(Duration.ofSeconds(60), WAIT, 2, null));

        await().atMost(LONG).until(() -> rig.committed().equals(rig.ends()) && rig.routed.size() == 1);
        assertThat(gaps()).isEqualTo(2);
    }

    @Test
    void shouldWaitForTheFirstOneIfToldWhichThatIs() throws Exception {
        start(0, new GapSettings(Duration.ofSeconds(60), WAIT, 1_000, 1L));
        publish("case:1", 2, 3);
        await().atMost(LONG).until(() -> gaps() == 2 && rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).isEmpty();
        publish("case:1", 1, 0);

        await().atMost(LONG).until(() -> gaps() == 0 && rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).containsExactly(id("case:1", 1), id("case:1", 2), id("case:1", 3));
        assertThat(rig.routed).isEmpty();
    }

    @Test
    void shouldGoOnWhenTheMissingOneIsGivenUp() throws Exception {
        parkBehindADeadLetter();
        inbox("discarded");

        await().atMost(LONG).until(() -> rig.effects().size() == 2);
        assertThat(rig.effects()).containsExactly(id("case:1", 1), id("case:1", 3));
        publish("case:1", 4);
        await().atMost(LONG).until(() -> rig.effects().size() == 3);
        assertThat(gaps()).isZero();
    }

    @Test
    void shouldGoOnWhenTheMissingOneIsReplayed() throws Exception {
        parkBehindADeadLetter();
        inbox("dead");
        bad.clear();
        rig.publish(Rig.record(Topics.retryOf(rig.topic), "case:1", 2, Map.of("x-original-group", rig.group,
                "x-event-identity", id("case:1", 2), "x-replay-of", "dlq.errors-0@0")));

        await().atMost(LONG).until(() -> rig.effects().size() == 3);
        assertThat(rig.stepsOutOfOrder()).isZero();
        await().atMost(LONG).until(() -> gaps() == 0);
    }

    /** Of case:1, which stands at 5: the given-up 6 closes a gap yet, and 8 may be given up one day; nothing is known of case:9. */
    @Test
    void shouldForgetADeadSequenceWhenItsEntityHasPassedItAndNotBefore() throws Exception {
        entityAt(rig.group, 5);
        entityAt("another", 5);
        dead(rig.group, "case:1", 2, "discarded");
        dead(rig.group, "case:1", 5, "dead");
        dead(rig.group, "case:1", 6, "discarded");
        dead(rig.group, "case:1", 8, "dead");
        dead(rig.group, "case:9", 1, "dead");
        dead("another", "case:1", 2, "discarded");

        InboxPurge purge = new InboxPurge(rig.vertx, postgres.settings().pool(rig.vertx), rig.group, Duration.ofDays(35), InboxPurge.AGAIN);
        await().atMost(LONG).pollInterval(Duration.ofMillis(500)).until(() -> {
            purge.start();
            return deadSequences(rig.group).size() < 5;
        });
        assertThat(deadSequences(rig.group)).containsExactly("case:1/6", "case:1/8", "case:9/1");
        assertThat(deadSequences("another")).containsExactly("case:1/2");

        start(0, GapSettings.STANDARD);
        publish("case:1", 7);
        await().atMost(LONG).until(() -> rig.effects().size() == 1);
    }

    private void entityAt(String group, long last) {
        postgres.execute("INSERT INTO entity_sequences (consumer_group, entity, last) VALUES ('" + group + "', 'case:1', " + last + ")");
    }

    private void dead(String group, String entity, long sequence, String outcome) {
        postgres.execute("INSERT INTO dead_sequences (consumer_group, entity, sequence, event_id) VALUES ('" + group + "', '"
                + entity + "', " + sequence + ", '" + id(entity, sequence) + "')");
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + group + "', '"
                + id(entity, sequence) + "', '" + outcome + "')");
    }

    private List<String> deadSequences(String group) {
        return postgres.column("SELECT entity || '/' || sequence FROM dead_sequences WHERE consumer_group = '" + group
                + "' ORDER BY entity, sequence");
    }

    private void parkBehindADeadLetter() throws Exception {
        bad.add(id("case:1", 2));
        start(0, GapSettings.STANDARD);
        publish("case:1", 1, 2, 3);
        await().atMost(LONG).until(() -> gaps() == 1 && rig.committed().equals(rig.ends()));
        assertThat(rig.routed).hasSize(1);
        assertThat(rig.effects()).containsExactly(id("case:1", 1));
    }

    @Test
    void shouldRetryWhatFailsWhenItsTurnHasComeBeforeWhatIsBehindIt() throws Exception {
        start(0, GapSettings.STANDARD);
        publish("case:1", 1, 4, 3);
        await().atMost(LONG).until(() -> gaps() == 2);
        failingOnce.add(id("case:1", 3));
        publish("case:1", 2, 5);

        await().atMost(LONG).until(() -> rig.effects().size() == 5);
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.routed).hasSize(1);
        await().atMost(LONG).until(() -> postgres.number("SELECT count(*) FROM parked_events") == 0);
    }

    private void publish(String entity, long... sequences) {
        for (long sequence : sequences) {
            rig.publish(entity, sequence);
        }
    }

    private static String id(String entity, long sequence) {
        return "/test " + entity + "/" + sequence;
    }

    /** What the DLQ router, or an operator, has written about the missing event. */
    private void inbox(String outcome) {
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + rig.group + "', '"
                + id("case:1", 2) + "', '" + outcome + "')");
    }

    private long gaps() {
        return postgres.number("SELECT count(*) FROM parked_events WHERE reason = 'gap'");
    }

    private long identities() {
        return postgres.number("SELECT count(*) FROM processed_events WHERE consumer_group = '" + rig.group + "'");
    }

    private double overdue() {
        return rig.meters.get(Meter.CONSUMER_OVERDUE_GAPS.exposedName()).gauge().value();
    }
}
