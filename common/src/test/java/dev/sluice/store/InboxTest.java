package dev.sluice.store;

import dev.sluice.config.PostgresSettings;
import dev.sluice.event.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** On a real PostgreSQL, which is who decides. */
@Timeout(60)
class InboxTest {

    private static EmbeddedPostgres server;
    private static Vertx vertx;
    private static Pool pool;
    private static final Inbox.Cause CAUSE = new Inbox.Cause("TRANSIENT", "no answer");
    private final Inbox inbox = new Inbox("group");

    @BeforeAll
    static void start() throws Exception {
        server = EmbeddedPostgres.start();
        PostgresSettings settings = PostgresSettings.of("127.0.0.1", server.getPort(), "postgres", "postgres", "postgres");
        assertThat(Schema.migrate(settings)).isPositive();
        assertThat(Schema.migrate(settings)).isZero();
        vertx = Vertx.vertx();
        pool = settings.pool(vertx);
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
        server.close();
    }

    @BeforeEach
    void clear() throws Exception {
        done(pool.query("TRUNCATE processed_events").execute());
    }

    @Test
    void shouldForgetOldIdentitiesOfItsGroupInPortionsButNoDeadOne() throws Exception {
        done(inbox.claim(pool, List.of("a", "b", "c", "dead", "new")));
        done(new Inbox("another").claim(pool, List.of("a")));
        done(inbox.mark(pool, List.of("dead"), Outcome.DEAD));
        done(pool.query("UPDATE processed_events SET processed_at = now() - interval '3 days' WHERE event_id <> 'new'").execute());

        done(pool.query("INSERT INTO processed_events (consumer_group, event_id, outcome, processed_at) SELECT consumer_group, "
                + "'given up', 'discarded', now() - interval '3 days' FROM processed_events WHERE event_id = 'new'").execute());

        assertThat(done(inbox.purge(pool, Duration.ofDays(4), 10))).isZero();
        assertThat(done(inbox.purge(pool, Duration.ofDays(2), 2))).isEqualTo(2);
        assertThat(done(inbox.purge(pool, Duration.ofDays(2), 2))).isEqualTo(1);
        assertThat(done(inbox.claim(pool, List.of("a", "b", "c", "dead", "given up", "new")))).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(done(new Inbox("another").claim(pool, List.of("a")))).isEmpty();
    }

    @Test
    void shouldClaimEachIdentityOncePerGroup() throws Exception {
        assertThat(done(inbox.claim(pool, List.of("b", "a", "b")))).containsExactlyInAnyOrder("a", "b");
        assertThat(done(inbox.claim(pool, List.of("c", "b")))).containsExactly("c");
        assertThat(done(new Inbox("another").claim(pool, List.of("a")))).containsExactly("a");
        assertThat(done(inbox.find(pool, "a"))).contains(Outcome.APPLIED);
        assertThat(done(inbox.find(pool, "unknown"))).isEmpty();
    }

    @Test
    void shouldForgetAClaimThatWasRolledBack() throws Exception {
        SqlConnection connection = done(pool.getConnection());
        Transaction transaction = done(connection.begin());
        done(inbox.claim(connection, Set.of("a")));
        done(transaction.rollback());
        done(connection.close());

        assertThat(done(inbox.claim(pool, Set.of("a")))).containsExactly("a");
    }

    @Test
    void shouldWaitForARivalAndFindItsOutcome() throws Exception {
        SqlConnection rival = done(pool.getConnection());
        Transaction transaction = done(rival.begin());
        done(inbox.claim(rival, Set.of("a")));
        Future<Set<String>> waiting = inbox.claim(pool, Set.of("a"));
        done(vertx.timer(300));
        assertThat(waiting.isComplete()).isFalse();

        done(transaction.commit());
        assertThat(done(waiting)).isEmpty();
        done(rival.close());
    }

    @Test
    void shouldWaitForARivalNoLongerThanTheLockTimeout() throws Exception {
        SqlConnection rival = done(pool.getConnection());
        Transaction transaction = done(rival.begin());
        done(inbox.claim(rival, Set.of("a")));
        // a rival that is busy, not idle: the idle one's session would be ended first
        Future<?> busy = rival.query("SELECT pg_sleep(3)").execute();

        assertThatThrownBy(() -> done(inbox.claim(pool, Set.of("a")))).isInstanceOfSatisfying(PgException.class,
                error -> assertThat(error.getSqlState()).isEqualTo("55P03"));
        done(busy);
        done(transaction.rollback());
        done(rival.close());
    }

    @Test
    void shouldMarkWhatItHasClaimed() throws Exception {
        done(inbox.claim(pool, Set.of("a", "b")));
        done(inbox.mark(pool, Set.of("b"), Outcome.SUPERSEDED));

        assertThat(done(inbox.find(pool, "a"))).contains(Outcome.APPLIED);
        assertThat(done(inbox.find(pool, "b"))).contains(Outcome.SUPERSEDED);
    }

    @Test
    void shouldBuryOnlyWhatHasNoOutcomeYet() throws Exception {
        done(inbox.claim(pool, Set.of("applied")));

        assertThat(done(inbox.bury(pool, "applied", CAUSE))).isEqualTo(Outcome.APPLIED);
        assertThat(done(inbox.bury(pool, "new", CAUSE))).isEqualTo(Outcome.DEAD);
        assertThat(done(inbox.bury(pool, "new", CAUSE))).isEqualTo(Outcome.DEAD);
        assertThat(done(inbox.claim(pool, Set.of("new")))).isEmpty();
        assertThat(done(inbox.bury(pool, "new", new Inbox.Cause("PERMANENT", "again")))).isEqualTo(Outcome.DEAD);
        assertThat(done(inbox.causeOf(pool, "new"))).contains(CAUSE);
        assertThat(done(inbox.causeOf(pool, "applied"))).isEmpty();
    }

    @Test
    void shouldFindTheRepeatsAmongMany() throws Exception {
        assertThat(done(repeats(ids(0, 100)))).isEmpty();
        assertThat(done(repeats(ids(80, 200)))).containsExactlyInAnyOrder(ids(80, 100));
        assertThat(done(repeats(ids(150, 260)))).containsExactlyInAnyOrder(ids(150, 200));

        assertThat(rows()).isEqualTo(260);
    }

    @Test
    void shouldWaitForARivalThatHasSomeOfMany() throws Exception {
        SqlConnection rival = done(pool.getConnection());
        Transaction transaction = done(rival.begin());
        done(inbox.repeats(rival, ids(0, 100)));
        Future<Set<String>> waiting = repeats(ids(90, 190));
        done(vertx.timer(300));
        assertThat(waiting.isComplete()).isFalse();

        done(transaction.commit());
        assertThat(done(waiting)).containsExactlyInAnyOrder(ids(90, 100));
        assertThat(rows()).isEqualTo(190);
        done(rival.close());
    }

    @Test
    void shouldClaimAllOfManyWhenTheRivalGivesUp() throws Exception {
        SqlConnection rival = done(pool.getConnection());
        Transaction transaction = done(rival.begin());
        done(inbox.repeats(rival, ids(0, 100)));
        Future<Set<String>> waiting = repeats(ids(90, 190));
        done(transaction.rollback());

        assertThat(done(waiting)).isEmpty();
        assertThat(rows()).isEqualTo(100);
        done(rival.close());
    }

    @Test
    void shouldKeepWhatTheTransactionWroteBeforeAndWritesAfterAConflict() throws Exception {
        done(repeats(ids(0, 60)));
        SqlConnection connection = done(pool.getConnection());
        Transaction transaction = done(connection.begin());
        done(inbox.claim(connection, Set.of("before")));
        done(inbox.repeats(connection, ids(50, 120)));
        done(inbox.claim(connection, Set.of("behind")));
        done(transaction.commit());
        done(connection.close());

        assertThat(rows()).isEqualTo(122);
    }

    private Future<Set<String>> repeats(String[] ids) {
        return pool.withTransaction(connection -> inbox.repeats(connection, ids));
    }

    private static String[] ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(number -> "id-" + number).toArray(String[]::new);
    }

    private static int rows() throws Exception {
        return done(pool.query("SELECT count(*) FROM processed_events").execute()).iterator().next().getInteger(0);
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.await(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
    }
}
