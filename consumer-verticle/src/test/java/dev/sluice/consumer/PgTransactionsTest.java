package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Transactions that PostgreSQL doesn't end by itself. */
@Timeout(60)
class PgTransactionsTest {

    private static Backends.Postgres postgres;
    private static Vertx vertx;
    private static Pool pool;
    private final PgTransactions transactions = new PgTransactions(vertx, pool);

    @BeforeAll
    static void start() {
        postgres = new Backends.Postgres();
        vertx = Vertx.vertx();
        pool = postgres.settings().pool(vertx);
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
        postgres.close();
    }

    @Test
    void shouldEndAtItsDeadlineInTheMiddleOfAStatement() throws Exception {
        assertThatThrownBy(() -> sleeping(Duration.ofMillis(500)).await(5, TimeUnit.SECONDS))
                .isInstanceOf(PostgresAway.class);
        assertThat(one().await(5, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void shouldEndAtItsDeadlineWhileTheServerStandsStill() throws Exception {
        one().await(5, TimeUnit.SECONDS);
        postgres.freeze();
        try {
            assertThatThrownBy(() -> sleeping(Duration.ofMillis(500)).await(10, TimeUnit.SECONDS))
                    .isInstanceOf(PostgresAway.class);
        } finally {
            postgres.thaw();
        }
        assertThat(one().await(5, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void shouldEndAllThatAreOpen() throws Exception {
        Future<Integer> first = sleeping(Duration.ofSeconds(30));
        Future<Integer> second = sleeping(Duration.ofSeconds(30));
        vertx.timer(500).onComplete(now -> transactions.cutAll());

        assertThatThrownBy(() -> first.await(5, TimeUnit.SECONDS)).isInstanceOf(PostgresAway.class);
        assertThatThrownBy(() -> second.await(5, TimeUnit.SECONDS)).isInstanceOf(PostgresAway.class);
    }

    private Future<Integer> sleeping(Duration deadline) {
        return Future.future(result -> vertx.getOrCreateContext().runOnContext(now -> transactions.<Integer>run(deadline,
                transaction -> transaction.connection().query("SELECT pg_sleep(20)").execute().map(0))
                .onComplete(result)));
    }

    private Future<Integer> one() {
        return Future.future(result -> vertx.getOrCreateContext().runOnContext(now -> transactions.run(
                Duration.ofSeconds(5), transaction -> transaction.connection().query("SELECT 1").execute()
                        .map(rows -> rows.iterator().next().getInteger(0))).onComplete(result)));
    }
}
