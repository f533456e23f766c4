package dev.sluice.gateway;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class KafkaBreakerTest {

    private static final GatewaySettings.Breaker SETTINGS =
            new GatewaySettings.Breaker(5, Duration.ofSeconds(5), Duration.ofMillis(100));
    private static final Future<RecordMetadata> ACKNOWLEDGED = Future.succeededFuture();
    private static final Future<RecordMetadata> FAILED = Future.failedFuture(new TimeoutException("late"));

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger pings = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private volatile boolean answers;
    private KafkaBreaker breaker;

    @BeforeEach
    void make() throws Exception {
        breaker = onLoop(() -> new KafkaBreaker(vertx, SETTINGS, () -> {
            pings.incrementAndGet();
            return answers ? Future.succeededFuture() : Future.failedFuture("away");
        }, nanos::get));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldOpenAtTheFifthFailureInARow() throws Exception {
        send(FAILED, 4);
        send(ACKNOWLEDGED, 1);
        send(Future.failedFuture(new RecordTooLargeException("one record, not Kafka")), 5);
        send(FAILED, 4);
        assertThat(breaker.value()).isZero();

        send(FAILED, 1);

        assertThat(breaker.value()).isEqualTo(1);
        assertThat(breaker.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void shouldOpenAfterFiveSecondsInWhichAnAcknowledgementWasDueAndNoneCame() throws Exception {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        send(ACKNOWLEDGED, 1);
        Promise<RecordMetadata> due = Promise.promise();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
        send(due.future(), 1);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(4));
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).until(() -> breaker.value() == 0);

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));

        await().atMost(Duration.ofSeconds(10)).until(() -> breaker.value() > 0);
    }

    /** Only the ping tries whether Kafka is back, as often as it takes. */
    @Test
    void shouldSendNothingUntilAPingIsAnswered() throws Exception {
        send(FAILED, 5);
        int before = sent.get();

        await().atMost(Duration.ofSeconds(10)).until(() -> pings.get() > 1);
        send(ACKNOWLEDGED, 1);
        assertThat(sent.get()).as("sent while it is open or half open").isEqualTo(before);
        answers = true;

        await().atMost(Duration.ofSeconds(10)).until(() -> breaker.value() == 0);
        send(ACKNOWLEDGED, 1);
        assertThat(sent.get()).isEqualTo(before + 1);
    }

    private void send(Future<RecordMetadata> outcome, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            onLoop(() -> breaker.call(() -> {
                sent.incrementAndGet();
                return outcome;
            }));
        }
    }

    private <T> T onLoop(Callable<T> what) throws Exception {
        Promise<T> done = Promise.promise();
        loop.runOnContext(now -> {
            try {
                done.complete(what.call());
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return done.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
