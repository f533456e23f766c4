package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import dev.sluice.api.TransientFailure;
import dev.sluice.bus.Routed;
import io.vertx.core.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What fails as a kind and comes faster than it can be tried. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class FailingFasterThanTriedTest {

    private Backends.Postgres postgres;
    private final AtomicBoolean broken = new AtomicBoolean();
    private Rig rig;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
        postgres.execute("TRUNCATE parked_events");
    }

    /** Some wait for an attempt that takes its time: what else there is of the failing kind waits untried, and delays nobody. */
    @Test
    void shouldLetAFailingKindWaitUntriedWhereItsAttemptsTakeTooLong() throws Exception {
        publishAFailingKind();

        await().atMost(Duration.ofSeconds(25)).until(() -> untried() > 0);
        await().atMost(Duration.ofSeconds(25)).until(() -> rig.effects().size() == 20);
        broken.set(false);
        assertThatAllTookEffect();
    }

    /** PostgreSQL keeps the rows of what has failed, but of nothing that has not been tried. */
    @Test
    void shouldTryWhatCanNotWaitUntried() throws Exception {
        postgres.execute("CREATE SEQUENCE refused");
        postgres.execute("""
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    PERFORM nextval('refused');
                    RAISE EXCEPTION 'not this row' USING ERRCODE = '22000'; END $$""");
        postgres.execute("CREATE TRIGGER refuse BEFORE INSERT ON parked_events FOR EACH ROW "
                + "WHEN (NEW.reason = 'retry' AND NEW.attempts = 0) EXECUTE FUNCTION refuse()");
        try {
            publishAFailingKind();

            await().atMost(Duration.ofSeconds(25)).until(() ->
                    postgres.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM refused") > 0);
            broken.set(false);
            assertThatAllTookEffect();
        } finally {
            postgres.execute("DROP TRIGGER refuse ON parked_events");
            postgres.execute("DROP SEQUENCE refused");
        }
    }

    private void publishAFailingKind() throws Exception {
        broken.set(true);
        rig.router = failure -> new Routed.Park(failure.retries() + 1, System.currentTimeMillis() + 300);
        rig.start(0, (EventHandler) (transaction, event) -> event.requireEntity().type().equals("case")
                ? Scripted.APPEND.handle(transaction, event)
                : rig.vertx.timer(20).compose(later -> broken.get() ? Future.failedFuture(new TransientFailure("not now"))
                : Scripted.APPEND.handle(transaction, event)), settings -> {
            settings.retries = Subscription.Retries.PRESERVING;
            settings.queue = 50;
            return settings;
        });
        for (int entity = 0; entity < 120; entity++) {
            rig.publish("bad:" + entity, 1);
        }
        for (int entity = 80; entity < 120; entity++) {
            rig.publish("bad:" + entity, 2);
        }
        for (int sequence = 1; sequence <= 20; sequence++) {
            rig.publish("case:1", sequence);
        }
    }

    private long untried() throws Exception {
        return postgres.number("SELECT count(*) FROM parked_events WHERE reason = 'retry' AND attempts = 0");
    }

    private void assertThatAllTookEffect() throws Exception {
        await().atMost(Duration.ofSeconds(40)).until(() -> rig.effects().size() == 180);
        assertThat(rig.effects()).doesNotHaveDuplicates();
        assertThat(rig.stepsOutOfOrder()).isZero();
        await().atMost(Duration.ofSeconds(10)).until(() -> parked() == 0 && rig.committed().equals(rig.ends()));
    }

    private long parked() throws Exception {
        return postgres.number("SELECT count(*) FROM parked_events");
    }
}
