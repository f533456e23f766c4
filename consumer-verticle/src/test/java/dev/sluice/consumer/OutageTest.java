package dev.sluice.consumer;

import dev.sluice.bus.SharedPressure;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** PostgreSQL goes away under load: that is no event's failure, it raises the alarm, and it ends by itself. */
@Timeout(180)
class OutageTest {

    private static final int ENTITIES = 20;
    private Backends.Postgres postgres;
    private Rig rig;
    private RedisAPI redis;
    private Load load;

    @BeforeEach
    void start() throws Exception {
        postgres = new Backends.Postgres();
        rig = new Rig(postgres, 6);
        Redis client = Redis.createClient(rig.vertx, Backends.redis());
        redis = RedisAPI.api(client);
        redis.flushall(List.of()).await(10, TimeUnit.SECONDS);
        rig.start(0, Scripted.APPEND_ALL, settings -> {
            settings.pressure = Subscription.Pressure.COUNTS;
            settings.handlerTimeout = Duration.ofMillis(900);
            settings.drain = Duration.ofSeconds(1);
            settings.maxPollInterval = Duration.ofSeconds(4);
            return settings;
        });
        load = new Load(rig, ENTITIES);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committedInAll() > 200);
    }

    @AfterEach
    void stop() throws Exception {
        load.close();
        rig.close();
        postgres.close();
    }

    @Test
    void shouldWaitOutAFrozenPostgres() throws Exception {
        await().atMost(Duration.ofSeconds(20)).until(() -> "false".equals(flag()));
        List<String> heard = listen();

        postgres.freeze();
        await().atMost(Duration.ofSeconds(20)).until(() -> "true".equals(flag()));
        await().atMost(Duration.ofSeconds(20)).until(() -> "1.000".equals(get(SharedPressure.LEVEL)));
        await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(10)).until(() -> breaker() > 0);
        postgres.thaw();
        shouldResumeWithin2s();

        await().atMost(Duration.ofSeconds(30)).until(() -> "false".equals(flag()));
        assertThat(heard).startsWith("true").endsWith("false");
        shouldHaveLostAndDoubledNothing();
    }

    @Test
    void shouldWaitOutAKilledPostgres() throws Exception {
        postgres.kill();
        await().atMost(Duration.ofSeconds(20)).until(() -> "true".equals(flag()));
        await().atMost(Duration.ofSeconds(10)).until(() -> breaker() > 0);
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(10)).until(() -> "true".equals(flag()));
        postgres.start();
        shouldResumeWithin2s();

        await().atMost(Duration.ofSeconds(30)).until(() -> "false".equals(flag()));
        shouldHaveLostAndDoubledNothing();
        assertThat(rig.counter("backpressure_triggered_total")).isPositive();
    }

    @Tag("long")
    @Test
    void shouldWaitOutAMinuteWithoutPostgres() throws Exception {
        postgres.kill();
        await().atMost(Duration.ofSeconds(20)).until(() -> "true".equals(flag()));
        await().during(Duration.ofMinutes(1)).atMost(Duration.ofSeconds(80)).until(() -> breaker() > 0);
        assertThat(flag()).isEqualTo("true");
        postgres.start();
        shouldResumeWithin2s();

        shouldHaveLostAndDoubledNothing();
        await("what piled up in a minute may press for a while").atMost(Duration.ofSeconds(60))
                .until(() -> "false".equals(flag()));
    }

    private void shouldResumeWithin2s() throws Exception {
        long before = rig.committedInAll();
        long back = System.nanoTime();
        await().pollInterval(Duration.ofMillis(50)).atMost(Duration.ofSeconds(30))
                .until(() -> rig.committedInAll() > before);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back);
        System.out.println("resumed after ms=" + millis);
        assertThat(millis).isLessThan(2_000);
    }

    private void shouldHaveLostAndDoubledNothing() throws Exception {
        load.end();
        int published = load.published();
        await().atMost(Duration.ofSeconds(60)).until(() -> rig.effects().size() >= published);
        assertThat(rig.effects()).hasSize(published).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.routed).isEmpty();
        assertThat(rig.counter("consumer_rebalances_total")).as("partitions lost to max.poll.interval.ms").isZero();
    }

    private double breaker() {
        return rig.meters.get("circuit_breaker_open").gauge().value();
    }

    private String flag() throws Exception {
        return get(SharedPressure.FLAG);
    }

    private String get(String key) throws Exception {
        Response value = redis.get(key).await(10, TimeUnit.SECONDS);
        return value == null ? null : value.toString();
    }

    private List<String> listen() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        RedisConnection connection = Redis.createClient(rig.vertx, Backends.redis()).connect().await(10, TimeUnit.SECONDS);
        connection.handler(message -> {
            if (message.get(0).toString().equals("message")) {
                heard.add(message.get(2).toString());
            }
        });
        connection.send(Request.cmd(Command.SUBSCRIBE)
                .arg(SharedPressure.CHANNEL)).await(10, TimeUnit.SECONDS);
        return heard;
    }
}
