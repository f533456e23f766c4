package dev.sluice.consumer;

import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * PostgreSQL as the batches see it: there, or away. Calls go through a circuit breaker; while it is open they wait, and
 * nothing is lost. Every 500 ms the breaker opens half-way and asks with a ping; if that is answered, or after 30 s anyway,
 * one batch tries, and its success lets all go on. Only outages count as failures. Event loop only.
 */
final class Downstream {

    private static final Logger LOG = LoggerFactory.getLogger(Downstream.class);
    private static final long PING_MILLIS = 500;
    private static final long OPEN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int IN_A_ROW_MILLIS = 300_000;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    /** What a waiting call's future fails with when its partitions may have gone: filter, and come again. */
    static final class LookAgain extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LookAgain() {
            super("partitions have changed", null, false, false);
        }
    }

    private record Waiting<T>(Supplier<Future<T>> call, Promise<T> result) {
    }

    private final Vertx vertx;
    private final String group;
    private final Supplier<Future<Void>> ping;
    private final Predicate<Throwable> isOutage;
    private final Runnable onChange;
    private final CircuitBreaker breaker;
    private final RecentCalls calls = new RecentCalls();
    private final BreakerRule rule = new BreakerRule();
    private final Deque<Waiting<?>> waiting = new ArrayDeque<>();
    private volatile boolean open;
    private volatile boolean probing;
    private long openedNanos;
    private long pauseMillis;
    private boolean pausing;

    /** @param onChange the breaker has opened or closed; event loop */
    Downstream(Vertx vertx, Supplier<Future<Void>> ping, String group, Predicate<Throwable> isOutage, Runnable onChange) {
        this.vertx = vertx;
        this.group = group;
        this.ping = ping;
        this.isOutage = isOutage;
        this.onChange = onChange;
        this.breaker = CircuitBreaker.create("postgres-" + group, vertx, new CircuitBreakerOptions().setTimeout(-1)
                        .setMaxFailures(BreakerRule.FAILED_IN_A_ROW).setFailuresRollingWindow(IN_A_ROW_MILLIS)
                        .setResetTimeout(PING_MILLIS).setNotificationAddress(null))
                .failurePolicy(answer -> answer.failed() && isOutage.test(answer.cause()))
                .openHandler(now -> onOpened()).halfOpenHandler(now -> onHalfOpen()).closeHandler(now -> onClosed());
    }

    /** Whether it is held to be away. Any thread. */
    boolean isOpen() {
        return open;
    }

    /** 1 open, 0.5 while one batch tries, 0 closed. Any thread. */
    double openness() {
        return !open ? 0 : probing ? 0.5 : 1;
    }

    RecentCalls calls() {
        return calls;
    }

    /** Runs the call when PostgreSQL is held to be there; one that failed with an outage may come again at once. */
    <T> Future<T> run(Supplier<Future<T>> call) {
        if (!open && !pausing) {
            return breaker.execute(() -> measured(call)).onComplete(answer -> {
                if (answer.succeeded() || !isOutage.test(answer.cause())) {
                    pauseMillis = 0;
                } else {
                    pause();
                }
            });
        }
        Waiting<T> turn = new Waiting<>(call, Promise.promise());
        waiting.add(turn);
        return turn.result().future();
    }

    /** What waits looks again, because a partition of its was taken away. */
    void lookAgain() {
        List<Waiting<?>> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(each -> each.result().fail(new LookAgain()));
    }

    /** At even intervals: measures when nothing else does, and asks the rule. */
    void onTick(long now) {
        if (!open && now - calls.lastStartNanos() > IDLE_NANOS) {
            measured(ping);
        }
        judge(now);
    }

    private void judge(long now) {
        if (!open && rule.opens(now, calls.calls(now), calls.failureRatio(now), calls.latencyMillis(now))) {
            breaker.open();
        }
    }

    private <T> Future<T> measured(Supplier<Future<T>> call) {
        RecentCalls.Call begun = calls.onStarted(System.nanoTime());
        return call.get().onComplete(answer -> {
            boolean failed = answer.failed() && isOutage.test(answer.cause());
            calls.onEnded(begun, System.nanoTime(), failed);
            if (failed) {
                judge(System.nanoTime());
            }
        });
    }

    /** Between single outages, so that they don't follow each other as fast as a socket can be refused. */
    private void pause() {
        if (!open && !pausing) {
            pausing = true;
            pauseMillis = pauseMillis == 0 ? FIRST_PAUSE_MILLIS : Math.min(pauseMillis * 2, LONGEST_PAUSE_MILLIS);
            vertx.setTimer(pauseMillis, timer -> {
                pausing = false;
                if (!open) {
                    lookAgain();
                }
            });
        }
    }

    private void onOpened() {
        if (!open) {
            open = true;
            openedNanos = System.nanoTime();
            LOG.warn("group={} breaker=open PostgreSQL is away or too slow; partitions pause, nothing is lost or "
                    + "dead-lettered", group);
            onChange.run();
        }
    }

    private void onHalfOpen() {
        boolean longEnough = System.nanoTime() - openedNanos >= OPEN_NANOS;
        Future<Void> asked = longEnough ? Future.succeededFuture() : ping.get();
        breaker.<Void>execute(() -> asked.compose(answered -> tryOne())).onFailure(error ->
                LOG.debug("group={} breaker=open still: {}", group, error.toString()));
    }

    /** The one batch that may. @return fails when it has met an outage */
    private Future<Void> tryOne() {
        Waiting<?> next = waiting.poll();
        if (next == null) {
            return Future.succeededFuture();
        }
        probing = true;
        openedNanos = System.nanoTime();
        return tried(next).onComplete(answer -> probing = false);
    }

    private <T> Future<Void> tried(Waiting<T> one) {
        return measured(one.call()).onComplete(one.result()).mapEmpty();
    }

    private void onClosed() {
        open = false;
        pauseMillis = 0;
        rule.onClosed();
        calls.forgetFailures();
        LOG.info("group={} breaker=closed PostgreSQL answers; {} batches go on", group, waiting.size());
        lookAgain();
        onChange.run();
    }
}
