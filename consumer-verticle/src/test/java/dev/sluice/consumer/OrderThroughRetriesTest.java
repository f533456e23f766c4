package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.PermanentFailure;
import dev.sluice.api.TransientFailure;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.RouteFailure.Order;
import dev.sluice.bus.Routed;
import dev.sluice.event.Topics;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What fails holds back what comes after it of its entity, and nothing else. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class OrderThroughRetriesTest {

    private static final int RETRIES = 2;

    private Backends.Postgres postgres;
    private final Map<String, Integer> failing = new ConcurrentHashMap<>();
    private final AtomicBoolean broken = new AtomicBoolean();
    private long delayMillis = 300;
    private Rig rig;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
        rig.router = this::decide;
        postgres.execute("TRUNCATE parked_events");
    }

    /** As the DLQ router does, with shorter delays and fewer retries. */
    private Routed decide(RouteFailure failure) {
        boolean permanent = failure.error().types().contains(PermanentFailure.class.getName());
        return permanent || failure.order() == Order.BLOCKED || failure.retries() >= RETRIES
                ? new Routed.Dead(Topics.DLQ_ERRORS, 0, 0, failure.order() == Order.BLOCKED ? "BLOCKED_BY" : "TRANSIENT")
                : new Routed.Park(failure.retries() + 1, System.currentTimeMillis() + delayMillis);
    }

    /** Fails an event until it was routed as often as {@link #failing} says, and everything while {@link #broken}. */
    private Future<?> script(SqlConnection transaction, Event event) {
        return broken.get() || isToFail(event)
                ? Future.failedFuture(new TransientFailure("not now")) : Scripted.APPEND.handle(transaction, event);
    }

    private boolean isToFail(Event event) {
        return rig.routed.stream().filter(failure -> failure.eventId().equals(event.id())).count()
                < failing.getOrDefault(event.id(), 0);
    }

    private void start(int index) throws Exception {
        rig.start(index, (EventHandler) this::script, settings -> {
            settings.retries = Subscription.Retries.PRESERVING;
            return settings;
        });
    }

    private void failNext(String eventId, int times) {
        failing.put(eventId, times);
    }

    @Test
    void shouldLetNothingOfAnEntityOvertakeItsFailedEventAndDelayNobodyElse() throws Exception {
        delayMillis = 1_500;
        failNext("/test case:1/2", 1);
        start(0);
        for (int sequence = 1; sequence <= 5; sequence++) {
            rig.publish("case:1", sequence);
            rig.publish("case:2", sequence);
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 6);
        assertThat(rig.effects()).as("while case:1 waits").contains("/test case:2/5", "/test case:1/1")
                .doesNotContain("/test case:1/3");
        await().atMost(Duration.ofSeconds(5)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rows()).as("offsets are settled, rows stand for them").isEqualTo(4);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 10);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rows()).isZero();
        assertThat(rig.routed).hasSize(1).allMatch(failure -> failure.order() == Order.PRESERVED);
    }

    @Test
    void shouldAskAgainWhenTheRowOfADeadEventCanNotBeDeleted() throws Exception {
        delayMillis = 50;
        failNext("/test case:1/1", RETRIES + 1);
        postgres.execute("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                + "'BEGIN RAISE EXCEPTION USING ERRCODE = ''23514''; END'; CREATE TRIGGER refuse BEFORE DELETE ON "
                + "parked_events FOR EACH ROW EXECUTE FUNCTION refuse()");
        try (CapturedLog log = CapturedLog.of(Routing.class)) {
            start(0);
            rig.publish("case:1", 1);
            rig.publish("case:1", 2);
            await().atMost(Duration.ofSeconds(20)).until(() ->
                    log.lines().stream().anyMatch(line -> line.contains("The event is DEAD, but its lane can't go on")));
            assertThat(rig.effects()).isEmpty();
        } finally {
            postgres.execute("DROP TRIGGER refuse ON parked_events");
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().equals(List.of("/test case:1/2")));
        await().atMost(Duration.ofSeconds(10)).until(() -> rows() == 0);
    }

    @Test
    void shouldNotLetFollowersInTheSameBatchOvertakeTheGuiltyOne() throws Exception {
        failNext("/test case:1/3", 2);
        for (int sequence = 1; sequence <= 40; sequence++) {
            rig.publish("case:1", sequence);
            rig.publish("case:" + (sequence + 100), 1);
        }
        BatchHandler all = (transaction, events) -> events.stream().anyMatch(this::isToFail)
                ? Future.failedFuture(new TransientFailure("not now")) : Scripted.APPEND_ALL.handle(transaction, events);
        rig.start(0, all, settings -> {
            settings.retries = Subscription.Retries.PRESERVING;
            return settings;
        });

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 80);
        await().atMost(Duration.ofSeconds(10)).until(() -> rows() == 0);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(sequencesOf("case:1")).isSorted();
    }

    @Test
    void shouldGiveEachFollowerOfADeadEventOneAttemptAndThenTheWholeLadderAgain() throws Exception {
        failNext("/test case:1/1", 100);
        failNext("/test case:1/2", 100);
        failNext("/test case:1/4", 1);
        start(0);
        for (int sequence = 1; sequence <= 4; sequence++) {
            rig.publish("case:1", sequence);
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().contains("/test case:1/4"));
        assertThat(rig.effects()).containsExactly("/test case:1/3", "/test case:1/4");
        assertThat(rig.routed).extracting(failure -> failure.eventId() + " " + failure.order() + " " + failure.retries())
                .containsExactly("/test case:1/1 PRESERVED 0", "/test case:1/1 PRESERVED 1", "/test case:1/1 PRESERVED 2",
                        "/test case:1/2 BLOCKED 0", "/test case:1/4 PRESERVED 0");
        await().atMost(Duration.ofSeconds(5)).until(() -> rows() == 0);
    }

    @Test
    void shouldKeepTheOrderWhenAnotherInstanceTakesOver() throws Exception {
        delayMillis = 2_000;
        broken.set(true);
        start(0);
        for (int sequence = 1; sequence <= 3; sequence++) {
            for (int entity = 0; entity < 10; entity++) {
                rig.publish("case:" + entity, sequence);
            }
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> rows() == 30);
        await().atMost(Duration.ofSeconds(5)).until(() -> rig.committed().equals(rig.ends()));
        rig.stop(0);
        for (int entity = 0; entity < 10; entity++) {
            rig.publish("case:" + entity, 4);
        }
        broken.set(false);
        start(1);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 40);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rows()).isZero();
    }

    /** What killed it may be among the rows: the one that waited behind a failed event, say. */
    @Test
    void shouldRunOnTrialWhatWaitedWhenTheLastOwnerDied() throws Exception {
        delayMillis = 60_000;
        broken.set(true);
        start(0);
        for (int entity = 0; entity < 20; entity++) {
            rig.publish("case:" + entity, 1);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> rows() == 20 && rig.committed().equals(rig.ends()));
        rig.stop(0);
        Map<TopicPartition, OffsetAndMetadata> notHandedOver = new HashMap<>();
        rig.committed().forEach((partition, offset) -> notHandedOver.put(new TopicPartition(rig.topic, partition), new OffsetAndMetadata(offset)));
        rig.admin().alterConsumerGroupOffsets(rig.group, notHandedOver).all().get(10, TimeUnit.SECONDS);
        postgres.execute("UPDATE parked_events SET due_at = now()");
        Queue<Long> onTrial = new ConcurrentLinkedQueue<>();
        EventHandler looking = (transaction, event) -> transaction
                .preparedQuery("SELECT count(*) FROM trials WHERE consumer_group = $1 AND event_id = $2").execute(Tuple.of(rig.group, event.id()))
                .compose(rows -> {
                    onTrial.add(rows.iterator().next().getLong(0));
                    return Scripted.APPEND.handle(transaction, event);
                });

        rig.start(1, looking, settings -> {
            settings.retries = Subscription.Retries.PRESERVING;
            return settings;
        });

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 20);
        assertThat(onTrial).hasSize(20).containsOnly(1L);
        await().atMost(Duration.ofSeconds(10)).until(() -> postgres.number("SELECT count(*) FROM trials WHERE consumer_group = '"
                + rig.group + "'") == 0);
    }

    @Test
    void shouldNotRunTheRowOfAReplacedOwnerBeforeWhatItHasNotRead() throws Exception {
        for (int sequence = 1; sequence <= 5; sequence++) {
            rig.publish("case:1", sequence);
        }
        broken.set(true);
        start(0);
        await().atMost(Duration.ofSeconds(20)).until(() -> rows() == 5);
        rig.stop(0);
        Map<Integer, Long> ends = rig.ends();
        int partition = ends.keySet().iterator().next();
        // As if the owner had been replaced before it committed anything: its rows are there, its offsets are not.
        rig.admin().alterConsumerGroupOffsets(rig.group, Map.of(
                new org.apache.kafka.common.TopicPartition(rig.topic, partition),
                new org.apache.kafka.clients.consumer.OffsetAndMetadata(0))).all().get();
        postgres.execute("DELETE FROM parked_events WHERE record_offset < 3; UPDATE parked_events SET due_at = now()");
        broken.set(false);
        start(1);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 5);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
        await().atMost(Duration.ofSeconds(45)).until(() -> rows() == 0);
        assertThat(rig.effects()).hasSize(5);
    }

    @Test
    void shouldHaveTheEffectOnceWhenTheProcessDiesBetweenLetterAndRow() throws Exception {
        failNext("/test case:1/1", 100);
        start(0);
        rig.publish("case:1", 1);
        rig.publish("case:1", 2);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().contains("/test case:1/2"));
        assertThat(rig.effects()).containsExactly("/test case:1/2");
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + rig.group
                + "', '/test case:1/3', 'dead')");
        int letters = rig.routed.size();
        rig.publish("case:1", 3);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.routed.size() > letters);
        assertThat(rig.effects()).containsExactly("/test case:1/2");
        await().atMost(Duration.ofSeconds(5)).until(() -> rig.committed().equals(rig.ends()));
    }

    @Test
    void shouldWaitForPostgresAndLoseNothingWhenItDiesWhileEventsAreParked() throws Exception {
        broken.set(true);
        start(0);
        for (int sequence = 1; sequence <= 20; sequence++) {
            rig.publish("case:" + sequence % 4, sequence / 4 + 1);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> rows() >= 4);
        postgres.kill();
        for (int entity = 0; entity < 4; entity++) {
            rig.publish("case:" + entity, 9);
        }
        broken.set(false);
        postgres.start();

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.effects().size() == 24);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        for (int entity = 0; entity < 4; entity++) {
            assertThat(sequencesOf("case:" + entity)).isSorted();
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> rows() == 0);
    }

    @Test
    void shouldSendToTheLettersWhatComesWhenTooManyWait() throws Exception {
        delayMillis = 3_000;
        failNext("/test case:1/1", 1);
        rig.start(0, (EventHandler) this::script, settings -> {
            settings.retries = Subscription.Retries.PRESERVING;
            settings.maxParked = 3;
            return settings;
        });
        rig.publish("case:1", 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> rows() == 1);
        for (int sequence = 2; sequence <= 6; sequence++) {
            rig.publish("case:1", sequence);
        }
        rig.publish("case:2", 1);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.effects().size() == 4);
        assertThat(rig.effects()).containsExactly("/test case:2/1", "/test case:1/1", "/test case:1/2", "/test case:1/3");
        Set<String> refused = Set.of("/test case:1/4", "/test case:1/5", "/test case:1/6");
        assertThat(rig.routed).filteredOn(failure -> failure.order() == Order.BLOCKED).extracting(RouteFailure::eventId)
                .containsExactlyInAnyOrderElementsOf(refused);
    }

    private long rows() {
        return postgres.number("SELECT count(*) FROM parked_events");
    }

    private List<Long> sequencesOf(String entity) {
        List<Long> sequences = new ArrayList<>();
        postgres.column("SELECT sequence FROM effects WHERE entity = '" + entity + "' ORDER BY id")
                .forEach(text -> sequences.add(Long.parseLong(text)));
        return sequences;
    }
}
