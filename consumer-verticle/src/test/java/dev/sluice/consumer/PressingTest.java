package dev.sluice.consumer;

import dev.sluice.config.ByteSize;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What producers are told between two steps of the control; here the next step is an hour away. */
class PressingTest {

    private static final long AN_HOUR = 3_600_000;

    private final Vertx vertx = Vertx.vertx();
    private final FlowController rule = new FlowController(BatchSize.USUAL, ByteSize.parse("256KiB").bytes(),
            ByteSize.parse("1MiB").bytes(), ByteSize.parse("5MiB").bytes());
    private final List<Double> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger raised = new AtomicInteger();
    private volatile double age = Double.NaN;

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldTellOfACallThatHangsBeforeTheNextStep() {
        Downstream downstream = new Downstream(vertx, Future::succeededFuture, "group", error -> false, () -> { });
        pressing(() -> downstream.calls().oldestMillis(System.nanoTime()));
        vertx.getOrCreateContext().runOnContext(now -> downstream.run(() -> Promise.promise().future()));

        await().atMost(Duration.ofSeconds(5)).until(() -> !told.isEmpty());
        assertThat(told.get(0)).isBetween(0.8, 1.0);
    }

    @Test
    void shouldTellAgainWhenItGetsWorseByATenth() {
        Pressing pressing = pressing(() -> age);
        age = 249;
        await().during(Duration.ofMillis(250)).until(told::isEmpty);
        age = 250;
        await().until(() -> told.equals(List.of(0.8)));
        age = 400;
        await().during(Duration.ofMillis(250)).until(() -> told.equals(List.of(0.8)));
        age = 1_000;
        await().until(() -> told.equals(List.of(0.8, 0.95)));

        assertThat(pressing.now()).isEqualTo(0.95);
        assertThat(raised).hasValue(1);
    }

    private Pressing pressing(DoubleSupplier oldestMillis) {
        Pressing pressing = new Pressing(vertx, AN_HOUR, () -> { }, oldestMillis, rule::pressureOf, told::add, raised::incrementAndGet);
        vertx.getOrCreateContext().runOnContext(now -> pressing.start());
        return pressing;
    }
}
