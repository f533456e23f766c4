package dev.sluice.consumer;

import dev.sluice.bus.SharedPressure;
import dev.sluice.config.RedisSettings;
import dev.sluice.consumer.Subscription.Pressure;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** On a real Redis. */
@Timeout(60)
class PressureWriterTest {

    private final Vertx vertx = Vertx.vertx();
    private RedisAPI redis;

    @BeforeEach
    void clear() throws Exception {
        redis = RedisAPI.api(Redis.createClient(vertx, Backends.redis()));
        redis.flushall(List.of()).await(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldRaiseTheFlagFromATenthAndTellTheGreatest() {
        PressureWriter one = writer("one", Pressure.COUNTS);
        write(one, 0.099);
        awaitShared("false", "0.099");
        write(one, 0.1);
        awaitShared("true", "0.100");
        write(writer("two", Pressure.COUNTS), 0.75);
        awaitShared("true", "0.750");
        assertThat(get(SharedPressure.entry("one"))).isEqualTo("0.100");
        assertThat(get(SharedPressure.entry("two"))).isEqualTo("0.750");
    }

    /** A gateway that has heard of a first, small pressure would else let in too much until its next look. */
    @Test
    void shouldPublishWhatMovesTheLevelByATenthAndNothingElse() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        RedisConnection listening = Redis.createClient(vertx, Backends.redis()).connect().await(10, TimeUnit.SECONDS);
        listening.handler(message -> {
            if (message.get(0).toString().equals("message") && !message.get(2).toString().equals("there?")) {
                heard.add(message.get(2).toString());
            }
        });
        listening.send(Request.cmd(Command.SUBSCRIBE).arg(SharedPressure.CHANNEL));
        await().until(() -> redis.publish(SharedPressure.CHANNEL, "there?").await(5, TimeUnit.SECONDS).toInteger() == 1);
        PressureWriter writer = writer("one", Pressure.COUNTS);
        for (double pressure : new double[] {0.05, 0.5, 0.55, 0.9, 0.9, 0.2, 0}) {
            await().until(() -> {
                write(writer, pressure); // dropped, while the one before is on its way
                String level = get(SharedPressure.LEVEL);
                return level != null && Double.parseDouble(level) == pressure;
            });
        }
        await().until(() -> heard.size() == 4);
        await().during(Duration.ofMillis(300)).until(() -> heard.equals(List.of("true", "true", "true", "false")));
    }

    @Test
    void shouldNotLetAHealthyInstanceClearAnothersAlarm() {
        write(writer("sick", Pressure.COUNTS), 1);
        awaitShared("true", "1.000");
        PressureWriter healthy = writer("healthy", Pressure.COUNTS);
        write(healthy, 0);
        await().until(() -> "0.000".equals(get(SharedPressure.entry("healthy"))));
        awaitShared("true", "1.000");
    }

    @Test
    void shouldLetTheAlarmOfADeadInstanceExpire() {
        write(writer("dead", Pressure.COUNTS), 1);
        awaitShared("true", "1.000");
        PressureWriter healthy = writer("healthy", Pressure.COUNTS);

        await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(8)).until(() -> {
            write(healthy, 0);
            return "false".equals(get(SharedPressure.FLAG));
        });
        assertThat(get(SharedPressure.entry("dead"))).isNull();
        await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(8))
                .until(() -> get(SharedPressure.FLAG) == null && get(SharedPressure.LEVEL) == null);
    }

    @Test
    void shouldTakeItsAlarmWithItWhenItLeaves() {
        PressureWriter leaving = writer("leaving", Pressure.COUNTS);
        write(leaving, 1);
        awaitShared("true", "1.000");
        vertx.getOrCreateContext().runOnContext(now -> leaving.leave());
        awaitShared("false", "0");
        assertThat(get(SharedPressure.entry("leaving"))).isNull();
    }

    @Test
    void shouldShowTheEntryOfAGroupThatDoesNotCountAndNoMore() {
        write(writer("fan-out", Pressure.IGNORED), 1);
        await().until(() -> "1.000".equals(get(SharedPressure.entry("fan-out"))));
        assertThat(get(SharedPressure.FLAG)).isNull();
        assertThat(get(SharedPressure.LEVEL)).isNull();
    }

    @Test
    void shouldSayOnceThatRedisIsAway() {
        RedisLink nowhere = new RedisLink(vertx, new RedisSettings("redis://127.0.0.1:1", Duration.ofMillis(200)), "alone", up -> { });
        PressureWriter alone = new PressureWriter(nowhere, "alone", Pressure.COUNTS);
        try (CapturedLog log = CapturedLog.of(RedisLink.class)) {
            vertx.getOrCreateContext().runOnContext(now -> nowhere.open());
            await().pollInterval(Duration.ofMillis(300)).until(() -> {
                write(alone, 1);
                return !log.lines().isEmpty();
            });
            await().pollInterval(Duration.ofMillis(300)).during(Duration.ofSeconds(1)).until(() -> {
                write(alone, 1);
                return log.lines().size() == 1;
            });
        }
    }

    private PressureWriter writer(String instance, Pressure mode) {
        RedisLink link = new RedisLink(vertx, new RedisSettings(Backends.redis(), Duration.ofSeconds(1)), instance, up -> { });
        vertx.getOrCreateContext().runOnContext(now -> link.open());
        await().until(link::isUp);
        return new PressureWriter(link, instance, mode);
    }

    private void write(PressureWriter writer, double pressure) {
        vertx.getOrCreateContext().runOnContext(now -> writer.write(pressure));
    }

    private void awaitShared(String flag, String level) {
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(get(SharedPressure.FLAG)).isEqualTo(flag);
            assertThat(get(SharedPressure.LEVEL)).isEqualTo(level);
        });
    }

    private String get(String key) {
        Response value;
        try {
            value = redis.get(key).await(5, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
        return value == null ? null : value.toString();
    }
}
