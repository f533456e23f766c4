package dev.sluice.consumer;

import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.PushHandler;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Pool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whatever thread completes a handler's future, what comes next is the event loop's: all of Sluice's state is. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class HandlerThreadsTest {

    private static final int EVENTS = 10;

    private final ScheduledExecutorService foreign = Executors.newSingleThreadScheduledExecutor();
    /** On which Sluice has asked for something, or called. */
    private final Queue<Thread> seen = new ConcurrentLinkedQueue<>();
    private Backends.Postgres postgres;
    private Rig rig;

    @BeforeEach
    void takeRig(@RigExtension.Partitions(1) Rig rig, Backends.Postgres postgres) {
        this.rig = rig;
        this.postgres = postgres;
    }

    @AfterEach
    void end() {
        foreign.shutdownNow();
    }

    @Test
    void shouldNoteAPushOnTheEventLoopWhoeverCompletesIt() throws Exception {
        push(Delivery.AT_LEAST_ONCE, event -> elsewhere());

        assertThat(seen).as("asking before, the push, telling after").hasSize(3);
        assertThat(Set.copyOf(seen)).hasSize(1);
    }

    @Test
    void shouldNoteAPushThatHasFailedOnTheEventLoopWhenItsTimeIsOver() throws Exception {
        Throwable failure = push(Delivery.AT_MOST_ONCE, event -> Promise.promise().future());

        assertThat(failure).hasMessageContaining("at most once");
        assertThat(seen).as("claiming before, the push, giving back after").hasSize(3);
        assertThat(Set.copyOf(seen)).hasSize(1);
    }

    /** Again while a busy machine gives no connection in time. @return why it has failed, or null */
    private Throwable push(Delivery delivery, Answer answer) {
        AtomicReference<AsyncResult<?>> ended = new AtomicReference<>();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            seen.clear();
            Future<?> once = pushOnce(delivery, answer);
            await().atMost(Duration.ofSeconds(60)).until(once::isComplete);
            ended.set(once);
            return !(once.cause() instanceof PostgresAway);
        });
        return ended.get().cause();
    }

    /** @return done when the outcome is */
    private Future<?> pushOnce(Delivery delivery, Answer answer) {
        PushHandler handler = new PushHandler() {
            @Override
            public Future<?> push(Event event) {
                seen.add(Thread.currentThread());
                return answer.to(event);
            }

            @Override
            public int concurrency() {
                return 1;
            }
        };
        PushEffect effect = new PushEffect(new PgTransactions(rig.vertx, watched(postgres.settings().pool(rig.vertx))),
                handler, delivery, rig.group, Duration.ofMillis(500), Duration.ofSeconds(10),
                new HandlerWatch(rig.group, "pushing"));
        Promise<Object> done = Promise.promise();
        rig.vertx.getOrCreateContext().runOnContext(now -> effect.apply(List.of(work()), UnaryOperator.identity())
                .onComplete((outcomes, error) -> done.complete(outcomes, error)));
        return done.future();
    }

    private interface Answer {
        Future<?> to(Event event);
    }

    private Pool watched(Pool pool) {
        return (Pool) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Pool.class},
                (proxy, method, arguments) -> {
                    seen.add(Thread.currentThread());
                    return method.invoke(pool, arguments);
                });
    }

    private static Work work() {
        RawRecord record = new RawRecord("events", 0, 0, 0, null, "{}".getBytes(StandardCharsets.UTF_8), List.of(
                Header.of("ce_id", "1"), Header.of("ce_source", "/threads"), Header.of("ce_type", "step"),
                Header.of("content-type", "application/json")));
        return new Work(Works.partition(0), record, new EventDecoder().decode(record, "id"), 0);
    }

    @Test
    void shouldCallAHandlerForTheNextOfABatchOnTheEventLoopWhoeverCompletesTheOneBefore() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> {
            seen.add(Thread.currentThread());
            Promise<Void> promise = Promise.promise();
            Scripted.APPEND.handle(transaction, event).compose(done -> elsewhere())
                    .onComplete((done, error) -> foreign.execute(() -> promise.complete(null, error)));
            return promise.future();
        });
        for (int entity = 1; entity <= EVENTS; entity++) {
            rig.publish("case:" + entity, 1);
        }

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.effects().size() == EVENTS
                && rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(Set.copyOf(seen)).hasSize(1);
    }

    /** A future that belongs to no context, completed by somebody else's thread a little later. */
    private Future<Void> elsewhere() {
        Promise<Void> promise = Promise.promise();
        foreign.schedule(() -> promise.complete(), 5, TimeUnit.MILLISECONDS);
        return promise.future();
    }
}
