package dev.sluice.consumer;

import dev.sluice.config.RedisSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.redis.client.RedisAPI;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two watches over one group whose other member is killed, stalled, or stays. Its Kafka session, of 45 s, ends in no test. */
@Timeout(60)
@ExtendWith(StackExtension.class)
class MemberWatchTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Liveness QUICK = new Liveness(Duration.ofMillis(50), Duration.ofMillis(400),
            Duration.ofMillis(600), Duration.ofMillis(2_500), Duration.ofMillis(500), Duration.ofMillis(500));

    private final String group = "watched-" + NUMBER.incrementAndGet();
    private final Kafka kafka;
    private final RedisSettings redis;
    private final Vertx ours = Vertx.vertx();
    private final Vertx theirs = Vertx.vertx();
    private Admin admin;
    private KafkaConsumer<byte[], byte[]> member;
    private Context theirContext;

    MemberWatchTest(Kafka kafka, Redis redis) {
        this.kafka = kafka;
        this.redis = new RedisSettings(redis.uri(), Duration.ofSeconds(1));
    }

    @BeforeEach
    void startBoth() throws Exception {
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        admin.createTopics(List.of(new NewTopic(group, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        member = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", group,
                "group.instance.id", "theirs", "group.protocol", "consumer"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        member.subscribe(List.of(group));
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            member.poll(Duration.ofMillis(100));
            return members().equals(Set.of("theirs"));
        });
        theirContext = watch(theirs, "theirs");
    }

    @AfterEach
    void stopBoth() throws Exception {
        kafka.resume();
        ours.close().await(10, TimeUnit.SECONDS);
        theirs.close().await(10, TimeUnit.SECONDS);
        member.close();
        admin.close(Duration.ofSeconds(5));
    }

    /** @return its context, once it has given a sign of life */
    private Context watch(Vertx vertx, String name) {
        Context context = vertx.getOrCreateContext();
        context.runOnContext(now -> new MemberWatch(vertx, redis,
                Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers())), QUICK, Map.of(group, name)).start());
        RedisAPI asking = RedisAPI.api(io.vertx.redis.client.Redis.createClient(ours, redis.uri()));
        await().atMost(Duration.ofSeconds(10)).until(() -> asking.hexists("liveness:" + group, name).await(5, TimeUnit.SECONDS).toBoolean());
        asking.close();
        return context;
    }

    private Set<String> members() throws Exception {
        try {
            return admin.describeConsumerGroups(Set.of(group)).all().get(10, TimeUnit.SECONDS).get(group).members().stream()
                    .map(each -> each.groupInstanceId().orElse("")).collect(Collectors.toSet());
        } catch (ExecutionException noGroup) {
            assertThat(noGroup).hasCauseInstanceOf(GroupIdNotFoundException.class);
            return Set.of();
        }
    }

    @Test
    void shouldRemoveAMemberWhoseProcessHasEndedLongBeforeAStalledOne() throws Exception {
        watch(ours, "ours");
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(2)).until(() -> members().equals(Set.of("theirs")));

        long killed = System.nanoTime();
        theirs.close().await(10, TimeUnit.SECONDS);
        await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(10)).until(() -> members().isEmpty());
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(QUICK.stalled());
    }

    @Test
    void shouldLetAStalledMemberBeUntilItIsAsGoodAsDead() throws Exception {
        watch(ours, "ours");
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        theirContext.runOnContext(blocked -> {
            try {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ended.countDown();
        });

        await().during(Duration.ofMillis(1_500)).atMost(Duration.ofMillis(2_400)).until(() -> members().equals(Set.of("theirs")));
        await().atMost(Duration.ofSeconds(5)).until(() -> members().isEmpty());
        goOn.countDown();
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldTryAgainNowAndThenWhileKafkaDoesNotAnswer() throws Exception {
        watch(ours, "ours");
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(2)).until(() -> members().equals(Set.of("theirs")));
        try (CapturedLog log = CapturedLog.of(PeerRemoval.class)) {
            kafka.freeze();
            theirs.close().await(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(10)).until(() -> log.lines().stream().anyMatch(line -> line.contains("not removed yet")));
            assertThat(log.lines()).hasSize(2);
            kafka.resume();
            await().atMost(Duration.ofSeconds(15)).until(() -> members().isEmpty());
        }
    }

    @Test
    void shouldForgetWhoIsNoMemberAndWhoseGroupIsGone() throws Exception {
        watch(ours, "ours");
        member.close();
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get(5, TimeUnit.SECONDS);
            admin.deleteConsumerGroups(List.of(group)).all().get(5, TimeUnit.SECONDS);
            return true;
        });
        try (CapturedLog log = CapturedLog.of(PeerRemoval.class)) {
            theirs.close().await(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(10)).until(() -> !log.lines().isEmpty());
            await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(2)).until(() -> log.lines().size() == 1);
        }
    }
}
