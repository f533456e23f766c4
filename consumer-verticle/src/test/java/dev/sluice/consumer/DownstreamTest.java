package dev.sluice.consumer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DownstreamTest {

    private final Vertx vertx = Vertx.vertx();
    private final Context eventLoop = vertx.getOrCreateContext();
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger pings = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean answersPings;
    private volatile boolean works;
    private final Downstream downstream = new Downstream(vertx, () -> {
        pings.incrementAndGet();
        return answersPings ? Future.succeededFuture() : Future.failedFuture(new IOException("away"));
    }, "group", error -> error instanceof IOException, () -> { });

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldOpenAfterFiveOutagesInARow() {
        start(1);
        await().until(downstream::isOpen);
        assertThat(runs).hasValue(5);
    }

    @Test
    void shouldLetOneTryWhenAPingIsAnsweredAndAllOnceItSucceeds() {
        start(3);
        await().until(downstream::isOpen);
        int tried = runs.get();
        await().atMost(Duration.ofSeconds(5)).until(() -> pings.get() >= 2);
        assertThat(runs).hasValue(tried);

        answersPings = true;
        await().atMost(Duration.ofSeconds(5)).until(() -> runs.get() >= tried + 2);
        assertThat(downstream.isOpen()).isTrue();
        assertThat(runs.get() - tried).isLessThanOrEqualTo(pings.get());
        works = true;
        await().atMost(Duration.ofSeconds(5)).until(() -> ended.get() == 3);
        assertThat(downstream.isOpen()).isFalse();
    }

    @Test
    void shouldNotCountAFailureThatIsNoOutage() {
        eventLoop.runOnContext(now -> fail(20));
        await().until(() -> runs.get() == 20);
        assertThat(downstream.isOpen()).isFalse();
    }

    @Test
    void shouldMeasureByAPingWhileIdle() {
        answersPings = true;
        eventLoop.runOnContext(now -> downstream.onTick(System.nanoTime()));
        await().until(() -> pings.get() == 1);
        eventLoop.runOnContext(now -> downstream.onTick(System.nanoTime()));
        await().during(Duration.ofMillis(200)).until(() -> pings.get() == 1);
        assertThat(downstream.calls().latencyMillis(System.nanoTime())).isLessThan(1_000);
    }

    private void start(int batches) {
        eventLoop.runOnContext(now -> {
            for (int i = 0; i < batches; i++) {
                untilItWorks();
            }
        });
    }

    /** As a batch does. */
    private void untilItWorks() {
        downstream.run(() -> {
            runs.incrementAndGet();
            return works ? Future.succeededFuture() : Future.failedFuture(new IOException("away"));
        }).onSuccess(done -> ended.incrementAndGet()).onFailure(error -> untilItWorks());
    }

    private void fail(int times) {
        if (times > 0) {
            downstream.run(() -> {
                runs.incrementAndGet();
                return Future.failedFuture("the event's fault");
            }).onComplete(any -> fail(times - 1));
        }
    }
}
