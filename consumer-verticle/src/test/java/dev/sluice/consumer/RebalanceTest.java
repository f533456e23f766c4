package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Instances come and go: no effect is lost, doubled or out of its order, and no offset is ahead of its effect. */
@Timeout(180)
class RebalanceTest {

    private static final int ENTITIES = 40;
    private static Backends.Postgres postgres;
    private Rig rig;

    @BeforeAll
    static void startPostgres() {
        postgres = new Backends.Postgres();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void makeRig() throws Exception {
        rig = new Rig(postgres, 12);
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void shouldKeepEveryPromiseWhileInstancesJoinAndLeaveUnderLoad(String protocol) throws Exception {
        start(0, protocol);
        start(1, protocol);
        int sequence = publishFor(0, Duration.ofSeconds(3));
        start(2, protocol);
        sequence = publishFor(sequence, Duration.ofSeconds(3));
        rig.stop(2);
        sequence = publishFor(sequence, Duration.ofSeconds(2));
        rig.stop(0);
        sequence = publishFor(sequence, Duration.ofSeconds(1));
        start(0, protocol);
        sequence = publishFor(sequence, Duration.ofSeconds(2));

        int published = sequence * ENTITIES;
        await().atMost(Duration.ofSeconds(60)).until(() -> rig.effects().size() >= published);
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).hasSize(published).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.routed).isEmpty();
        assertThat(rig.counter("consumer_rebalances_total")).isPositive();
        System.out.printf("protocol=%s events=%d redelivered=%.0f%n", protocol, published, redelivered());
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
            return settings;
        });
    }

    private double redelivered() {
        return rig.meters.find("events_processed_total").tag("outcome", "duplicate").counters().stream()
                .mapToDouble(counter -> counter.count()).sum();
    }

    /** A round is one event of each entity. @return the last sequence published */
    private int publishFor(int sequence, Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        int last = sequence;
        while (System.nanoTime() < end) {
            last++;
            for (int entity = 0; entity < ENTITIES; entity++) {
                rig.publish("case:" + entity, last);
            }
            shouldNotBeAheadOfTheEffects();
        }
        return last;
    }

    private void shouldNotBeAheadOfTheEffects() throws Exception {
        Map<Integer, Long> committed = rig.committed();
        assertThat(committed.values().stream().mapToLong(Long::longValue).sum())
                .isLessThanOrEqualTo(postgres.number("SELECT count(*) FROM effects"));
    }
}
