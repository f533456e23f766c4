package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.PermanentFailure;
import dev.sluice.bus.RouteFailure;
import dev.sluice.metrics.Meter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SqlClientInternal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What handlers can do wrong, and that it costs nobody else anything. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class EffectOnceTest {

    private Backends.Postgres postgres;
    private Rig rig;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
    }

    @Test
    void shouldNotCountASwallowedErrorAsCommitted() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        rig.start(0, (EventHandler) (transaction, event) -> Scripted.APPEND.handle(transaction, event)
                .compose(done -> runs.incrementAndGet() == 1
                        ? transaction.query("SELECT 1 / 0").execute().<Void>mapEmpty().otherwiseEmpty()
                        : Future.<Void>succeededFuture()));
        String id = rig.publish("case:1", 1);

        awaitEffects(id);
        assertThat(runs).hasValue(2);
        assertThat(rig.routed).isEmpty();
    }

    @Test
    void shouldRepeatAConflictFiveTimesInPlaceBeforeItCounts() throws Exception {
        Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
        rig.start(0, (EventHandler) (transaction, event) -> {
            int run = runs.computeIfAbsent(event.id(), id -> new AtomicInteger()).incrementAndGet();
            return run <= 5 || event.requireEntity().text().equals("case:2")
                    ? transaction.query("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$").execute()
                    : Scripted.APPEND.handle(transaction, event);
        });
        String patient = rig.publish("case:1", 1);
        String hopeless = rig.publish("case:2", 1);

        awaitEffects(patient);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.routed.size() == 1);
        assertThat(rig.routed.peek().eventId()).isEqualTo(hopeless);
        assertThat(rig.routed.peek().error().sqlState()).isEqualTo("40001");
        assertThat(runs.get(hopeless).get()).as("once, and five times more, alone").isGreaterThanOrEqualTo(6);
    }

    @Test
    void shouldNotCountATransactionThatTheHandlerEndedAsCommitted() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        rig.start(0, (EventHandler) (transaction, event) -> Scripted.APPEND.handle(transaction, event)
                .compose(done -> runs.incrementAndGet() == 1
                        ? transaction.query("ROLLBACK").execute().<Void>mapEmpty() : Future.<Void>succeededFuture()));
        String id = rig.publish("case:1", 1);

        awaitEffects(id);
        assertThat(runs).hasValue(2);
    }

    @Test
    void shouldSetAnEventAsideWhoseHandlerNeverCompletesAndGoOn() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() == 1
                ? Scripted.APPEND.handle(transaction, event).compose(done -> Promise.<Void>promise().future())
                : Scripted.APPEND.handle(transaction, event), settings -> {
            settings.handlerTimeout = Duration.ofSeconds(1);
            return settings;
        });
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        awaitEffects(next);
        RouteFailure failure = rig.routed.element();
        assertThat(failure.error().types()).contains("java.util.concurrent.TimeoutException");
        assertThat(failure.error().message()).contains("scripted").contains("1000 ms");
        assertThat(rig.routed).hasSize(1);
    }

    @Test
    void shouldNotLetAHandlerWriteAfterItsTime() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() > 1
                ? Scripted.APPEND.handle(transaction, event)
                : rig.vertx.timer(1_500).compose(now -> Scripted.APPEND.handle(transaction, event))
                .onComplete(any -> late.countDown()), settings -> {
            settings.handlerTimeout = Duration.ofMillis(500);
            return settings;
        });
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        assertThat(late.await(20, TimeUnit.SECONDS)).isTrue();
        awaitEffects(next);
    }

    /** One statement after the other: the next must not run behind the ROLLBACK, in a transaction of its own. */
    @Test
    void shouldNotLetAHandlerThatGoesOnWriteOutsideOfItsTransaction() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() > 1
                ? Scripted.APPEND.handle(transaction, event) : again(transaction, event), settings -> {
            settings.handlerTimeout = Duration.ofMillis(500);
            return settings;
        });
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.routed).hasSize(1);
        assertThat(rig.routed.element().error().types()).contains("java.util.concurrent.TimeoutException");
        assertThat(rig.effects()).containsExactly(next);
    }

    /** Two things at once, of which one fails: the other must not go on behind the ROLLBACK. */
    @Test
    void shouldLetNoneOfAHandlersBranchesWriteOnceAnotherHasFailed() throws Exception {
        Promise<Throwable> late = Promise.promise();
        rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() > 1
                ? Scripted.APPEND.handle(transaction, event)
                : Future.all(rig.vertx.timer(50).compose(now -> Future.failedFuture(new PermanentFailure("no"))),
                transaction.query("SELECT pg_sleep(0.5)").execute()
                        .compose(slept -> Scripted.APPEND.handle(transaction, event))
                        .onComplete(ended -> late.tryComplete(ended.cause()))));
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
        await().atMost(Duration.ofSeconds(10)).until(late.future()::isComplete);
        assertThat(rig.effects()).containsExactly(next);
        assertThat(rig.routed).hasSize(1);
        assertThat(late.future().result()).hasMessageContaining("has ended");
    }

    /** A query that was made while the transaction lasted, and kept. */
    @Test
    void shouldExecuteNoQueryThatWasMadeBeforeTheEndBehindIt() throws Exception {
        Promise<Throwable> late = Promise.promise();
        rig.start(0, (EventHandler) (transaction, event) -> {
            if (event.requireSequence() > 1) {
                return Scripted.APPEND.handle(transaction, event);
            }
            PreparedQuery<RowSet<Row>> kept = transaction.preparedQuery(
                    "INSERT INTO effects (entity, sequence, event_id) VALUES ('case:1', 1, 'behind the end')");
            rig.vertx.timer(500).compose(now -> kept.execute()).onComplete(ended -> late.tryComplete(ended.cause()));
            return transaction.prepare("SELECT 1").compose(statement -> statement.query().execute())
                    .compose(done -> Future.failedFuture(new PermanentFailure("no")));
        });
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
        await().atMost(Duration.ofSeconds(10)).until(late.future()::isComplete);
        assertThat(rig.effects()).containsExactly(next);
        assertThat(late.future().result()).isNotNull();
        assertThat(late.future().result()).hasMessageContaining("has ended");
    }

    /** Vert.x's SQL templates cast it so. */
    @Test
    void shouldHandInAConnectionThatTheDriversOwnLibrariesTake() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> {
            assertThat(transaction).isInstanceOf(SqlClientInternal.class).isInstanceOf(PgConnection.class);
            return Scripted.APPEND.handle(transaction, event);
        });
        awaitEffects(rig.publish("case:1", 1));
        assertThat(rig.routed).isEmpty();
    }

    private static Future<?> again(SqlConnection transaction, Event event) {
        return Scripted.APPEND.handle(transaction, event).compose(done -> again(transaction, event));
    }

    @Test
    void shouldTakeASessionThatPostgresEndedForItsIdlenessForATransientFailure() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() == 1
                ? rig.vertx.timer(2_500).compose(now -> Scripted.APPEND.handle(transaction, event))
                : Scripted.APPEND.handle(transaction, event));
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        awaitEffects(next);
        assertThat(rig.routed).hasSize(1);
        assertThat(rig.routed.element().error().sqlState()).isEqualTo("25P03");
    }

    @Test
    void shouldSurviveAHandlerThatThrowsAnError() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> {
            if (event.requireSequence() == 1) {
                throw new StackOverflowError();
            }
            return Scripted.APPEND.handle(transaction, event);
        });
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        awaitEffects(next);
        assertThat(rig.routed.element().failures()).isEqualTo(3);
    }

    @Test
    void shouldSurviveAHandlerThatCompletesTwiceOrReturnsNothing() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> {
            if (event.requireSequence() == 1) {
                return null;
            }
            Promise<Void> twice = Promise.promise();
            Scripted.APPEND.handle(transaction, event).onComplete(done -> {
                twice.complete();
                twice.complete();
            });
            return twice.future();
        });
        rig.publish("case:1", 1);
        String next = rig.publish("case:1", 2);

        awaitEffects(next);
        assertThat(rig.routed).hasSize(1);
    }

    @Test
    void shouldNameAHandlerThatBlocksAndGoOnOnceItReturns() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (CapturedLog log = CapturedLog.of(HandlerWatch.class)) {
            rig.start(0, (EventHandler) (transaction, event) -> {
                try {
                    boolean opened = event.requireSequence() == 1 && never.await(1_300, TimeUnit.MILLISECONDS);
                    assertThat(opened).isFalse();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return Scripted.APPEND.handle(transaction, event);
            });
            String first = rig.publish("case:1", 1);
            String next = rig.publish("case:1", 2);

            awaitEffects(first, next);
            assertThat(log.lines()).anyMatch(line -> line.contains("handler=scripted") && line.contains("blocks"));
        }
    }

    @Test
    void shouldCostNeighboursOfABadRowNothing() throws Exception {
        BatchHandler each = (transaction, events) -> Future.all(events.stream()
                .map(event -> event.requireSequence() == 13 ? transaction.query("SELECT 1 / 0").execute()
                        : Scripted.APPEND.handle(transaction, event)).toList());
        for (int sequence = 1; sequence <= 50; sequence++) {
            rig.publish("case:" + sequence % 7, sequence);
        }
        rig.start(0, each);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 49);
        await().atMost(Duration.ofSeconds(5)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.routed).extracting(failure -> failure.record().header("ce_sequence")).containsExactly("13");
        assertThat(rig.effects()).doesNotHaveDuplicates();
    }

    @Test
    void shouldRollBackWhatHangsAtTheStopDeadlineAndCloseTheHandlerAfterIt() throws Exception {
        Hanging hanging = new Hanging();
        rig.start(0, hanging, settings -> {
            settings.stopDeadline = Duration.ofMillis(500);
            return settings;
        });
        String id = rig.publish("case:1", 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> hanging.runs.get() == 1);
        rig.stop(0);

        assertThat(hanging.openAtClose).hasValue(0);
        await().atMost(Duration.ofSeconds(1)).until(() -> postgres.number(
                "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'") == 0);
        assertThat(rig.effects()).isEmpty();
        rig.start(0, Scripted.APPEND);
        awaitEffects(id);
    }

    /** Writes, and never ends. */
    private static final class Hanging implements EventHandler {

        private final AtomicInteger runs = new AtomicInteger();
        private final AtomicInteger openAtClose = new AtomicInteger(-1);
        private volatile SqlConnection connection;

        @Override
        public Future<?> handle(SqlConnection transaction, Event event) {
            connection = transaction;
            return Scripted.APPEND.handle(transaction, event).compose(done -> {
                runs.incrementAndGet();
                return Promise.<Void>promise().future();
            });
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture().compose(now -> connection.query("SELECT 1").execute()).transform(answer -> {
                openAtClose.set(answer.succeeded() ? 1 : 0);
                return Future.succeededFuture();
            });
        }
    }

    @Test
    void shouldFeedEveryMeterOfItsGroup() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() == 1
                ? Future.failedFuture(new PermanentFailure("bad")) : Scripted.APPEND.handle(transaction, event));
        rig.publish("case:1", 1);
        rig.publish("case:1", 2);
        String only = rig.publish("case:1", 2);

        awaitEffects(only);
        await().atMost(Duration.ofSeconds(5)).until(() -> gauge(Meter.DOWNSTREAM_LATENCY) > 0);
        assertThat(gauge(Meter.DOWNSTREAM_LATENCY_LIMIT)).isEqualTo(0.05);
        assertThat(gauge(Meter.CONSUMER_PROCESSING_LATENCY_P99)).isBetween(0.0001, 10.0);
        assertThat(gauge(Meter.CONSUMER_ERROR_RATE)).isBetween(0.33, 0.34);
        assertThat(gauge(Meter.DUPLICATE_DETECTION_COUNT)).isEqualTo(1);
        assertThat(gauge(Meter.IDEMPOTENCY_CACHE_HIT_RATE)).isBetween(0.0, 1.0);
        assertThat(gauge(Meter.CONSUMER_FETCH_SIZE_DYNAMIC)).isGreaterThanOrEqualTo(256 * 1024);
        assertThat(gauge(Meter.CIRCUIT_BREAKER_OPEN)).isZero();
        assertThat(gauge(Meter.CONSUMER_QUEUE_DEPTH)).isZero();
        assertThat(rig.meters.get(Meter.EVENT_PROCESSING_SECONDS.exposedName()).tag("group", rig.group).timer().count())
                .isEqualTo(3);
        assertThat(rig.counter(Meter.EVENTS_PROCESSED_TOTAL.exposedName())).isEqualTo(3);
    }

    private double gauge(Meter meter) {
        return rig.meters.get(meter.exposedName()).tag("group", rig.group).gauge().value();
    }

    private void awaitEffects(String... ids) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(rig.effects()).isEqualTo(List.of(ids)));
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.committed().equals(rig.ends()));
    }
}
