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

/**
 * Reads the consumers' pressure every second, and at once when Redis announces a change; with each look it tells the other
 * gateways of this one and hears of them. With Redis away nobody is throttled: the pressure is not known, and Kafka keeps
 * what comes. For one context.
 */
final class PressureGauge {

    private static final Logger LOG = LoggerFactory.getLogger(PressureGauge.class);
    private static final long PERIOD_MILLIS = 1_000;

    private final Vertx vertx;
    private final RedisLink reading;
    private final RedisLink hearing;
    private final Peers peers;
    private final Throttle throttle;
    private final Runnable onEased;
    /** Let in by the throttle, as it was when last heard of. */
    private double rate = Double.POSITIVE_INFINITY;
    private long timer;

    /** @param reading a link that others may use, too @param onEased the throttle lets in more than before */
    PressureGauge(Vertx vertx, RedisSettings settings, RedisLink reading, Peers peers, Throttle throttle, Runnable onEased) {
        this.vertx = vertx;
        this.reading = reading;
        this.peers = peers;
        this.throttle = throttle;
        this.onEased = onEased;
        this.hearing = new RedisLink(vertx, settings, "pressure", this::subscribe);
    }

    /** Completes with Redis away, too. */
    Future<Void> open() {
        timer = vertx.setPeriodic(0, PERIOD_MILLIS, look -> read());
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
            reading.send(List.of(peers.report(throttle.load(System.nanoTime())))).onSuccess(answers -> {
                Peers.Live live = peers.live(answers.get(0));
                live.own().ifPresent(own -> throttle.onPeers(live.loads(), own));
            });
            reading.send(List.of(Request.cmd(Command.GET).arg(SharedPressure.LEVEL))).onSuccess(answers -> {
                throttle.onPressure(level(answers.get(0)), System.nanoTime());
                tellWhenEased();
            });
        }
    }

    private void tellWhenEased() {
        double before = rate;
        rate = throttle.admittedRate(System.nanoTime());
        if (rate > before) {
            onEased.run();
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

    /** The others have this one's share at once. */
    Future<Void> close() {
        vertx.cancelTimer(timer);
        return (reading.isUp() ? reading.send(List.of(peers.leave())).<Void>mapEmpty().otherwiseEmpty()
                : Future.<Void>succeededFuture()).eventually(hearing::close);
    }
}
