package dev.sluice.consumer;

import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** In every way in which a handler can run a statement. */
@Timeout(60)
@ExtendWith(StackExtension.class)
class TracedConnectionTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<String> statements = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        ended(vertx.close());
    }

    @Test
    void shouldTellOfEachStatementOnceHoweverItIsRun(Postgres postgres) throws Exception {
        Pool pool = PostgresSettings.of(postgres.host(), postgres.port(), postgres.database(), postgres.user(),
                postgres.password()).pool(vertx);
        SqlConnection connection = TracedConnection.of(ended(pool.getConnection()), sql -> {
            statements.add(sql);
            return Span.getInvalid();
        });

        assertThat(ended(connection.query("SELECT 1").mapping(row -> row.getInteger(0)).execute())).containsExactly(1);
        assertThat(ended(connection.preparedQuery("SELECT $1::int + 1").mapping(row -> row.getInteger(0))
                .execute(Tuple.of(1)))).containsExactly(2);
        assertThat(ended(connection.preparedQuery("SELECT $1::text").executeBatch(List.of(Tuple.of("a"), Tuple.of("b")))).next())
                .isNotNull();
        assertThat(ended(connection.prepare("SELECT $1::int + 2").compose(statement -> statement.query().execute(Tuple.of(1))))
                .iterator().next().getInteger(0)).isEqualTo(3);
        assertThatThrownBy(() -> ended(connection.query("SELECT nonsense").execute())).hasMessageContaining("nonsense");
        assertThat(PgConnection.cast(connection).processId()).isPositive();
        ended(connection.close());

        assertThat(statements).containsExactly("SELECT 1", "SELECT $1::int + 1", "SELECT $1::text", "SELECT $1::int + 2",
                "SELECT nonsense");
    }

    @Test
    void shouldLeaveOutWhatMayBeContent() {
        assertThat(TracedConnection.withoutValues("INSERT INTO t VALUES ('it''s me', $1, $$a 'b'$$, $x$c$x$)"))
                .isEqualTo("INSERT INTO t VALUES (?, $1, ?, ?)");
        assertThat(TracedConnection.withoutValues("SELECT " + "1, ".repeat(2_000))).hasSize(2_048 + 3);
    }

    private static <T> T ended(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
