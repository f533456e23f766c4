package dev.sluice.gateway;

import dev.sluice.bus.SharedPressure;
import dev.sluice.config.RedisSettings;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Reads the consumers' pressure every second, and at once when Redis announces a change. With Redis away nobody is
 * throttled: the pressure is not known, and Kafka keeps what comes. For one context.
 */
final class PressureGauge {

    private static final Logger LOG = LoggerFactory.getLogger(PressureGauge.class);
    private static final long PERIOD_MILLIS = 1_000;

    private final Vertx vertx;
    private final RedisLink reading;
    private final RedisLink hearing;
    private final DoubleConsumer onLevel;

    /** @param reading a link that others may use, too @param onLevel hears each reading */
    PressureGauge(Vertx vertx, RedisSettings settings, RedisLink reading, DoubleConsumer onLevel) {
        this.vertx = vertx;
        this.reading = reading;
        this.onLevel = onLevel;
        this.hearing = new RedisLink(vertx, settings, "pressure", this::subscribe);
    }

    /** Completes with Redis away, too. */
    Future<Void> open() {
        vertx.setPeriodic(0, PERIOD_MILLIS, look -> read());
        return hearing.open();
    }

    private void subscribe(RedisConnection connection) {
        connection.handler(this::onMessage);
        connection.send(Request.cmd(Command.SUBSCRIBE).arg(SharedPressure.CHANNEL));
    }

    /** {@code [message, channel, word]}, or the acknowledgement of the subscription. */
    private void onMessage(Response message) {
        if (message.size() == 3 && message.get(0).toString().equals("message")) {
            read();
        }
    }

    private void read() {
        if (reading.isUp()) {
            reading.send(List.of(Request.cmd(Command.GET).arg(SharedPressure.LEVEL)))
                    .onSuccess(answers -> onLevel.accept(level(answers.get(0))));
        }
    }

    private static double level(Response answer) {
        try {
            return answer == null ? 0 : Double.parseDouble(answer.toString());
        } catch (NumberFormatException e) {
            LOG.warn("the shared pressure is no number: key={}", SharedPressure.LEVEL);
            return 0;
        }
    }

    Future<Void> close() {
        return hearing.close();
    }
}
