package dev.sluice.gateway;

import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Around Kafka: opens after so many failures in a row, or when an acknowledgement is due and none has come for so long.
 * While it is open nothing is sent; half open, a ping decides, so that nobody's event is spent on trying. For one context.
 */
final class KafkaBreaker {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaBreaker.class);
    private static final long LOOK_MILLIS = 100;

    private final GatewaySettings.Breaker settings;
    private final LongSupplier nanos;
    private final CircuitBreaker breaker;
    private int failuresInARow;
    private long underWay;
    /** The last acknowledgement, or the moment when, with nothing under way, something was sent. */
    private long lastProgress;
    private long openedAt;

    /** @param ping succeeds when Kafka answers */
    KafkaBreaker(Vertx vertx, GatewaySettings.Breaker settings, Supplier<Future<?>> ping, LongSupplier nanos) {
        this.settings = settings;
        this.nanos = nanos;
        this.breaker = CircuitBreaker.create("kafka", vertx, new CircuitBreakerOptions().setTimeout(-1)
                .setMaxFailures(1).setResetTimeout(settings.open().toMillis()))
                .openHandler(opened -> {
                    openedAt = nanos.getAsLong();
                    LOG.warn("kafka breaker open failuresInARow={} underWay={} retryMillis={}", failuresInARow, underWay,
                            settings.open().toMillis());
                })
                .halfOpenHandler(halfOpen -> tryPing(ping))
                .closeHandler(closed -> {
                    lastProgress = nanos.getAsLong();
                    LOG.info("kafka breaker closed");
                });
        vertx.setPeriodic(LOOK_MILLIS, look -> onLook());
    }

    /** 0 closed, 0.5 half open, 1 open. */
    double value() {
        return switch (breaker.state()) {
            case CLOSED -> 0;
            case HALF_OPEN -> 0.5;
            case OPEN -> 1;
        };
    }

    /** How long a refused caller does well to wait. */
    Duration retryAfter() {
        long left = settings.open().toNanos() - (nanos.getAsLong() - openedAt);
        return Duration.ofNanos(Math.max(Duration.ofSeconds(1).toNanos(), left));
    }

    private void tryPing(Supplier<Future<?>> ping) {
        failuresInARow = 0;
        breaker.execute(() -> ping.get().<Void>mapEmpty());
    }

    /** What {@code send} returns; fails with {@link Open} when nothing may be sent now. */
    Future<RecordMetadata> call(Supplier<Future<RecordMetadata>> send) {
        if (breaker.state() != CircuitBreakerState.CLOSED) {
            return Future.failedFuture(new Open());
        }
        if (underWay++ == 0) {
            lastProgress = nanos.getAsLong();
        }
        return send.get().onComplete(result -> {
            underWay--;
            if (result.succeeded()) {
                lastProgress = nanos.getAsLong();
                failuresInARow = 0;
            } else if (!isNoneOfKafkas(result.cause()) && ++failuresInARow >= settings.failures()) {
                open();
            }
        });
    }

    /** Kafka is well and refuses one record; or the failure that counts was another's. */
    private static boolean isNoneOfKafkas(Throwable error) {
        return error instanceof RecordTooLargeException || error instanceof Publisher.Abandoned;
    }

    private void onLook() {
        if (underWay > 0 && nanos.getAsLong() - lastProgress > settings.silence().toNanos()) {
            open();
        }
    }

    private void open() {
        if (breaker.state() == CircuitBreakerState.CLOSED) {
            breaker.open();
        }
    }

    /** No timer of it is left. */
    void close() {
        breaker.close();
    }

    /** Nothing was sent. */
    static final class Open extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Open() {
            super("Kafka does not answer", null, false, false);
        }
    }
}
