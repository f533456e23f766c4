package dev.sluice.store;

import dev.sluice.config.PostgresSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

import static dev.sluice.store.OptimisticInsert.DOUBTS;
import static dev.sluice.store.OptimisticInsert.FEWEST_ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** On a real PostgreSQL: a table of numbers, each once. */
@Timeout(60)
class OptimisticInsertTest {

    private static EmbeddedPostgres server;
    private static Vertx vertx;
    private static Pool pool;
    private final OptimisticInsert inserts = new OptimisticInsert("SELECT insert_numbers($1, $2)");
    private int conflicts;

    @BeforeAll
    static void start() throws Exception {
        server = EmbeddedPostgres.start();
        vertx = Vertx.vertx();
        pool = PostgresSettings.of("127.0.0.1", server.getPort(), "postgres", "postgres", "postgres").pool(vertx);
        done(pool.query("CREATE TABLE numbers (number int PRIMARY KEY CHECK (number >= 0))").execute());
        done(pool.query("""
                CREATE FUNCTION insert_numbers(begin int, last int) RETURNS boolean LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO numbers SELECT generate_series(begin, last);
                    RETURN true;
                EXCEPTION WHEN unique_violation THEN
                    RETURN false;
                END $$""").execute());
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
        server.close();
    }

    @BeforeEach
    void clear() throws Exception {
        done(pool.query("TRUNCATE numbers").execute());
    }

    @Test
    void shouldNotLookForConflictsAmongWhatIsNew() throws Exception {
        insert(0, 100);
        insert(100, 200);

        assertThat(conflicts).isZero();
        assertThat(rows()).isEqualTo(200);
    }

    @Test
    void shouldNotTryAFew() throws Exception {
        insert(0, FEWEST_ROWS - 1);

        assertThat(conflicts).isOne();
        assertThat(rows()).isEqualTo(FEWEST_ROWS - 1);
    }

    @Test
    void shouldInsertWhatIsNewBesideWhatIsThere() throws Exception {
        insert(0, 100);
        insert(50, 150);

        assertThat(conflicts).isOne();
        assertThat(rows()).isEqualTo(150);
    }

    @Test
    void shouldExpectConflictsForAWhileAfterOne() throws Exception {
        insert(0, 100);
        insert(0, 100);
        for (int i = 1; i <= DOUBTS + 2; i++) {
            insert(i * 100, i * 100 + 100);
        }

        assertThat(conflicts).isEqualTo(1 + DOUBTS);
    }

    @Test
    void shouldPassOnWhatIsNoConflict() {
        assertThatThrownBy(() -> insert(-1, 100)).isInstanceOfSatisfying(PgException.class,
                refused -> assertThat(refused.getSqlState()).isEqualTo("23514"));
        assertThat(conflicts).isZero();
    }

    @Test
    void shouldLeaveTheTransactionAsItWas() throws Exception {
        insert(10, 100);
        done(pool.withTransaction(connection -> connection.query("INSERT INTO numbers VALUES (1)").execute()
                .compose(before -> insert(connection, 0, 100))
                .compose(between -> connection.query("INSERT INTO numbers VALUES (200)").execute())));

        assertThat(rows()).isEqualTo(101);
    }

    private void insert(int from, int to) throws Exception {
        done(pool.withTransaction(connection -> insert(connection, from, to)));
    }

    private Future<String> insert(SqlConnection connection, int from, int to) {
        return inserts.run(connection, to - from, Tuple.of(from, to - 1), "new", () -> {
            conflicts++;
            return connection.query("INSERT INTO numbers SELECT generate_series(" + from + ", " + (to - 1)
                    + ") ON CONFLICT (number) DO NOTHING").execute().map("not all new");
        });
    }

    private static int rows() throws Exception {
        return done(pool.query("SELECT count(*) FROM numbers").execute()).iterator().next().getInteger(0);
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.await(10, TimeUnit.SECONDS);
    }
}
