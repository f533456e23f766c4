package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import dev.sluice.api.PermanentFailure;
import dev.sluice.consumer.Claims.Mode;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.metrics.Meter;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What is known of an event before PostgreSQL is asked, and that it may be wrong, late or missing. */
@Timeout(120)
@ExtendWith({StackExtension.class, RigExtension.class})
class ClaimsTest {

    private final Redis redis;
    private Rig rig;
    private io.vertx.redis.client.Redis client;

    ClaimsTest(Redis redis) {
        this.redis = redis;
    }

    @BeforeEach
    void takeRig(Rig rig) throws Exception {
        this.rig = rig;
        client = io.vertx.redis.client.Redis.createClient(rig.vertx, redis.uri());
    }

    @AfterEach
    void closeRig() throws Exception {
        redis.resume();
        redis.start();
        client.close();
    }

    private void start(Mode mode, EventHandler handler) throws Exception {
        rig.start(0, handler, settings -> {
            settings.claims = mode;
            settings.redis = redis.uri();
            return settings;
        });
    }

    private String ask(Command command, String... arguments) throws Exception {
        Request request = Request.cmd(command);
        for (String argument : arguments) {
            request.arg(argument);
        }
        var answer = client.send(request).await(10, TimeUnit.SECONDS);
        return answer == null ? null : answer.toString();
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldRecogniseARepeatWithoutPostgres(Mode mode) throws Exception {
        start(mode, Scripted.APPEND);
        String id = rig.publish("case:1", 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committedInAll() == 1);
        rig.publish("case:1", 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committedInAll() == 2);

        assertThat(rig.effects()).containsExactly(id);
        assertThat(rig.meters.get(Meter.IDEMPOTENCY_CACHE_HIT_RATE.exposedName()).gauge().value()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"EVENT", "LEASE"})
    void shouldStayExactWithRedisFrozenKilledWipedAndSlow(Mode mode) throws Exception {
        start(mode, Scripted.APPEND);
        try (Load load = new Load(rig, 20)) {
            awaitRounds(load, 5);
            redis.freeze();
            awaitRounds(load, 20);
            redis.resume();
            awaitRounds(load, 20);
            ask(Command.FLUSHALL);
            awaitRounds(load, 10);
            ask(Command.CLIENT, "PAUSE", "700");
            awaitRounds(load, 20);
            redis.kill();
            assertThat(redis.isRunning()).isFalse();
            long without = rig.committedInAll();
            await().atMost(Duration.ofSeconds(20)).until(() -> rig.committedInAll() > without + 200);
            redis.start();
            awaitRounds(load, 20);
            load.end();
            await().atMost(Duration.ofSeconds(40)).until(() -> rig.committed().equals(rig.ends()));
            assertThat(rig.effects()).hasSize(load.published()).doesNotHaveDuplicates();
        }
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.routed).isEmpty();
    }

    /** The figures of docs/guarantees.md. */
    @Tag("long")
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldTellWhatClaimsCost(Mode mode) throws Exception {
        int events = 20_000;
        for (int i = 0; i < events; i++) {
            rig.publish("case:" + i % 500, i / 500 + 1);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.ends().values().stream().mapToLong(Long::longValue).sum() == events);
        ask(Command.CONFIG, "RESETSTAT");
        double cpu = told("used_cpu_sys") + told("used_cpu_user");
        Rig.Settings settings = new Rig.Settings();
        Scripted.write(rig.group, Scripted.APPEND_ALL);
        settings.claims = mode;
        settings.redis = redis.uri();
        settings.queue = 5_000;
        long began = System.nanoTime();
        rig.start(0, settings);
        await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(50)).until(() -> rig.committedInAll() == events);
        double seconds = (System.nanoTime() - began) / 1e9;
        double commands = told("total_commands_processed") / events;
        double micros = (told("used_cpu_sys") + told("used_cpu_user") - cpu) * 1e6 / events;
        System.out.printf("claims=%s: %d events in %.1f s with the start, %.2f commands an event, %.1f microseconds of Redis's CPU%n",
                mode, events, seconds, commands, micros);
        assertThat(commands).isBetween(mode == Mode.EVENT ? 2.0 : 0.0, mode == Mode.EVENT ? 4.0 : 0.5);
    }

    private double told(String name) {
        try {
            return ask(Command.INFO, "all").lines().filter(line -> line.startsWith(name + ":"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1).strip())).findFirst().orElseThrow();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitRounds(Load load, int more) {
        int rounds = load.rounds();
        await().atMost(Duration.ofSeconds(30)).until(() -> load.rounds() >= rounds + more);
    }

    @Test
    void shouldWaitWhileANewerOwnerHasTheLeaseAndTakeAnEarlierOwnersAtOnce() throws Exception {
        for (int partition = 0; partition < 2; partition++) {
            ask(Command.SET, lease(partition), (partition == 0 ? "-1" : "1000000") + ":another", "PX", "60000");
        }
        start(Mode.LEASE, Scripted.APPEND);
        for (int entity = 0; entity < 10; entity++) {
            rig.publish("case:" + entity, 1);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committed().containsKey(0));
        assertThat(ask(Command.GET, lease(0))).endsWith(":" + rig.member(0));
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(2)).until(() -> !rig.committed().containsKey(1));

        ask(Command.DEL, lease(1));
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).hasSize(10);
        rig.stop(0);
        assertThat(ask(Command.GET, lease(0))).isNull();
    }

    @Test
    void shouldTakeRedisAtItsLastWordForTwoSecondsWhenItIsAway() throws Exception {
        for (int partition = 0; partition < 2; partition++) {
            ask(Command.SET, lease(partition), "1000000:another", "PX", "60000");
        }
        try (CapturedLog log = CapturedLog.of(PartitionLeases.class)) {
            start(Mode.LEASE, Scripted.APPEND);
            rig.publish("case:1", 1);
            await().atMost(Duration.ofSeconds(20)).until(() -> log.lines().stream().anyMatch(line -> line.contains("newer owner")));
        }
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(3)).until(() -> rig.effects().isEmpty());
        redis.kill();
        long killed = System.nanoTime();

        await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(() -> rig.effects().size() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isGreaterThan(Duration.ofMillis(1_500));
    }

    private String lease(int partition) {
        return "lease:" + rig.group + ":" + rig.topic + ":" + partition;
    }

    @Test
    void shouldWaitForALiveClaimOfAnotherAndNeverSkipIt() throws Exception {
        ask(Command.SET, lock("case:1", 1), "elsewhere-0|7|another", "PX", "2500");
        start(Mode.EVENT, Scripted.APPEND);
        String id = rig.publish("case:1", 1);

        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(2)).until(() -> rig.effects().isEmpty());
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committedInAll() == 1);
        assertThat(rig.effects()).containsExactly(id);
        await().atMost(Duration.ofSeconds(5)).until(() -> "done".equals(ask(Command.GET, mark("case:1", 1))));
        assertThat(ask(Command.GET, lock("case:1", 1))).as("given back").isNull();
        assertThat(Long.parseLong(ask(Command.TTL, mark("case:1", 1)))).isBetween(86_000L, 86_400L);
    }

    @Test
    void shouldTakeOverTheClaimOfAnEarlierOwnerOfItsPartitionAndSkipWhatIsDone() throws Exception {
        ask(Command.SET, mark("case:1", 1), "done");
        for (int partition = 0; partition < 2; partition++) {
            ask(Command.SET, lock("case:" + partition, 2), rig.topic + "-" + partitionOf("case:" + partition) + "|-5|another", "PX", "60000");
        }
        start(Mode.EVENT, Scripted.APPEND);
        rig.publish("case:1", 1);
        String first = rig.publish("case:0", 2);
        String second = rig.publish("case:1", 2);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committedInAll() == 3);
        assertThat(rig.effects()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void shouldGiveBackTheClaimOfWhatFailedAndNotMarkItAsDone() throws Exception {
        start(Mode.EVENT, (transaction, event) -> Future.failedFuture(new PermanentFailure("bad")));
        rig.publish("case:1", 1);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committedInAll() == 1);
        assertThat(rig.routed).hasSize(1);
        await().atMost(Duration.ofSeconds(5)).until(() -> ask(Command.GET, lock("case:1", 1)) == null);
        assertThat(ask(Command.GET, mark("case:1", 1))).isNull();
    }

    private static int partitionOf(String entity) {
        return org.apache.kafka.common.utils.Utils.toPositive(org.apache.kafka.common.utils.Utils.murmur2(
                entity.getBytes(java.nio.charset.StandardCharsets.UTF_8))) % 2;
    }

    private String lock(String entity, int sequence) {
        return "lock:" + rig.group + ":/test " + entity + "/" + sequence;
    }

    private String mark(String entity, int sequence) {
        return "idemp:" + rig.group + ":/test " + entity + "/" + sequence;
    }
}
