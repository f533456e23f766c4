package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import dev.sluice.consumer.ConsumerSettings.Membership;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Instances come and go: no effect is lost, doubled or out of its order, and no offset is ahead of its effect. */
@Timeout(240)
@ExtendWith(RigExtension.class)
class RebalanceTest {

    private static final int ENTITIES = 40;
    private static final Set<Integer> ALL = IntStream.range(0, 12).boxed().collect(Collectors.toSet());
    private Backends.Postgres postgres;
    private Rig rig;

    @BeforeEach
    void takeRig(@RigExtension.Partitions(12) Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldKeepEveryPromiseWhileInstancesJoinAndLeaveAtRandom(String protocol) throws Exception {
        joinAndLeave(protocol, Duration.ofSeconds(10));
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldKeepEveryPromiseForTwoMinutesOfIt(String protocol) throws Exception {
        joinAndLeave(protocol, Duration.ofMinutes(2));
    }

    /** Of the main topic, whatever becomes of that of the retries: a member with retries alone would be of no use. */
    @Test
    void shouldShareTheMainTopicEvenlyAmongThoseWhoJoinOneAfterTheOther() throws Exception {
        for (int members = 1; members <= 3; members++) {
            start(members - 1, "consumer");
            int all = members;
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(rig.assignment().values()).hasSize(all)
                    .allSatisfy(partitions -> assertThat(partitions).hasSize(ALL.size() / all)));
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(Assignor.class)
    void shouldShareAndHandOverWithEachAssignorOfTheClassicProtocol(Assignor assignor) throws Exception {
        for (int index = 0; index < 2; index++) {
            rig.start(index, Scripted.APPEND_ALL, settings -> {
                settings.protocol = "classic";
                settings.assignor = assignor;
                return settings;
            });
        }
        try (Load load = new Load(rig, ENTITIES)) {
            Map<String, Set<Integer>> shares = settled(2);
            assertThat(shares.values()).allSatisfy(partitions -> assertThat(partitions)
                    .hasSizeBetween(assignor == Assignor.COOPERATIVE_STICKY ? 1 : ALL.size() / 2, ALL.size() - 1));
            int rounds = load.rounds();
            await().atMost(Duration.ofSeconds(20)).until(() -> load.rounds() > rounds + 20);
            rig.stop(1, Membership.LEFT);
            await().atMost(Duration.ofSeconds(20)).until(() -> rig.assignment().equals(Map.of(rig.member(0), ALL)));
            load.end();
            await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
            assertThat(rig.effects()).hasSize(load.published()).doesNotHaveDuplicates();
        }
        assertThat(rig.stepsOutOfOrder()).isZero();
    }

    private void joinAndLeave(String protocol, Duration time) throws Exception {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        Random random = new Random(seed);
        int changes = 0;
        long before = System.nanoTime();
        start(0, protocol);
        start(1, protocol);
        try (Load load = new Load(rig, ENTITIES)) {
            while (System.nanoTime() - before < time.toNanos()) {
                int rounds = load.rounds();
                await().atMost(Duration.ofSeconds(20)).until(() -> load.rounds() > rounds + 10);
                change(random, protocol);
                changes++;
                shouldNotBeAheadOfTheEffects();
            }
            load.end();
            await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> assertThat(rig.committed())
                    .as("committed, protocol %s, seed %d, assignment %s", protocol, seed, rig.assignment())
                    .isEqualTo(rig.ends()));
            assertThat(rig.effects()).hasSize(load.published()).doesNotHaveDuplicates();
            System.out.printf("protocol=%s seed=%d changes=%d events=%d redelivered=%.0f%n", protocol, seed, changes,
                    load.published(), redelivered());
        }
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.routed).isEmpty();
        assertThat(rig.counter("consumer_rebalances_total")).isPositive();
    }

    /** One of four instances comes, goes for good, or is started again in its place; one always stays. */
    private void change(Random random, String protocol) throws Exception {
        int index = random.nextInt(4);
        if (!rig.running().contains(index)) {
            start(index, protocol);
        } else if (random.nextBoolean()) {
            rig.stop(index, Membership.KEPT);
            start(index, protocol);
        } else if (rig.running().size() > 1) {
            rig.stop(index, Membership.LEFT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldMoveNothingAndRepeatNothingInARollingRestart(String protocol) throws Exception {
        for (int index = 0; index < 3; index++) {
            start(index, protocol);
        }
        Map<String, Set<Integer>> before = settled(3);
        try (Load load = new Load(rig, ENTITIES)) {
            for (int index = 0; index < 3; index++) {
                Set<Integer> its = before.get(rig.member(index));
                long committed = committedOf(its);
                await().atMost(Duration.ofSeconds(20)).until(() -> committedOf(its) > committed);
                rig.stop(index, Membership.KEPT);
                long atStop = committedOf(its);
                await().during(Duration.ofMillis(1_200)).atMost(Duration.ofSeconds(2)).until(() -> rig.assignment().entrySet()
                        .stream().allMatch(entry -> before.get(entry.getKey()).equals(entry.getValue())));
                start(index, protocol);
                await().atMost(Duration.ofSeconds(20)).until(() -> committedOf(its) > atStop);
                assertThat(rig.assignment()).isEqualTo(before);
            }
            load.end();
            await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
            assertThat(rig.effects()).hasSize(load.published()).doesNotHaveDuplicates();
        }
        assertThat(redelivered()).as("delivered twice").isZero();
    }

    /** Who has what, once each has something, nobody has all, and it has been so for a second. */
    private Map<String, Set<Integer>> settled(int members) {
        AtomicReference<Map<String, Set<Integer>>> last = new AtomicReference<>();
        await().pollInterval(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(40)).until(() -> {
            Map<String, Set<Integer>> now = rig.assignment();
            return now.equals(last.getAndSet(now)) && now.size() == members && now.values().stream().noneMatch(Set::isEmpty)
                    && now.values().stream().mapToInt(Set::size).sum() == ALL.size();
        });
        return last.get();
    }

    private long committedOf(Set<Integer> partitions) throws Exception {
        return rig.committed().entrySet().stream().filter(entry -> partitions.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue).sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldLeaveTheGroupForGoodLongBeforeTheSessionEnds(String protocol) throws Exception {
        start(0, protocol);
        start(1, protocol);
        settled(2);

        rig.stop(1, Membership.LEFT);
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.assignment().equals(Map.of(rig.member(0), ALL)));
    }

    /** Its place is not known to itself yet: Kafka's client has nothing to give back, and would leave it to the session. */
    @Test
    void shouldLeaveTheGroupForGoodInTheMiddleOfARebalance() throws Exception {
        EventHandler slowly = (transaction, event) -> transaction.query("SELECT pg_sleep(2)").execute()
                .compose(slept -> Scripted.APPEND.handle(transaction, event));
        rig.start(0, slowly, this::atOnceOrNotAtAll);
        rig.publish("case:1", 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> postgres.number(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'") == 1);

        rig.start(1, slowly, this::atOnceOrNotAtAll);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.assignment().containsKey(rig.member(1)));
        rig.stop(1, Membership.LEFT);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.assignment().equals(Map.of(rig.member(0), ALL)));
    }

    /** While one gives up what it has, nobody's place in the group is settled. */
    private Rig.Settings atOnceOrNotAtAll(Rig.Settings settings) {
        settings.protocol = "classic";
        settings.assignor = Assignor.RANGE;
        settings.session = Duration.ofSeconds(45);
        return settings;
    }

    @Test
    void shouldGiveUpAPartitionAtTheDrainDeadlineAndLetALateResultSettleNothing() throws Exception {
        postgres.execute("""
                CREATE TABLE IF NOT EXISTS slow (event_id text);
                CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(6); RETURN NULL; END';
                DROP TRIGGER IF EXISTS dawdle ON slow;
                CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION dawdle()""");
        EventHandler slowToCommit = (transaction, event) -> Scripted.APPEND.handle(transaction, event)
                .compose(done -> event.requireSequence() == 1
                        ? transaction.query("INSERT INTO slow VALUES ('x')").execute() : null);
        try (CapturedLog log = CapturedLog.of(PollLoop.class)) {
            rig.start(0, (EventHandler) (transaction, event) -> event.requireSequence() == 1
                    ? slowToCommit.handle(transaction, event) : Scripted.APPEND.handle(transaction, event), this::hasty);
            String first = rig.publish("case:1", 1);
            await().atMost(Duration.ofSeconds(20)).until(() -> postgres.number(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'COMMIT'") == 1);
            String second = rig.publish("case:1", 2);

            rig.stop(0);
            assertThat(log.lines()).anyMatch(line -> line.contains("given up with work still under way"));
            assertThat(rig.committed()).isEmpty();
            assertThat(rig.effects()).isEmpty();

            rig.start(1, Scripted.APPEND, this::hasty);
            await().atMost(Duration.ofSeconds(30)).until(() -> rig.committed().equals(rig.ends()));
            assertThat(rig.effects()).containsExactly(first, second);
            assertThat(redelivered()).isPositive();
        }
    }

    private Rig.Settings hasty(Rig.Settings settings) {
        settings.handlerTimeout = Duration.ofMillis(900);
        settings.drain = Duration.ofSeconds(1);
        settings.stopDeadline = Duration.ofSeconds(1);
        return settings;
    }

    private void start(int index, String protocol) throws Exception {
        rig.start(index, Scripted.APPEND, settings -> {
            settings.protocol = protocol;
            settings.session = Duration.ofSeconds(45);
            return settings;
        });
    }

    private double redelivered() {
        return rig.meters.find("events_processed_total").tag("outcome", "duplicate").counters().stream()
                .mapToDouble(counter -> counter.count()).sum();
    }

    private void shouldNotBeAheadOfTheEffects() throws Exception {
        Map<Integer, Long> committed = rig.committed();
        assertThat(committed.values().stream().mapToLong(Long::longValue).sum())
                .isLessThanOrEqualTo(postgres.number("SELECT count(*) FROM effects"));
    }
}
