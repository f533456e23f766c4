package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks PostgreSQL for an answer, any answer, through the handler's own pool. A connection that gives none is cut off. */
final class Ping {

    private static final long DEADLINE_MILLIS = 2_000;

    private final Pool pool;

    Ping(Pool pool) {
        this.pool = pool;
    }

    /** @return fails with {@link PostgresAway}; within 2 s, once there is a connection */
    Future<Void> answered() {
        return pool.getConnection().compose(connection -> connection.query("SELECT 1").execute()
                        .timeout(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                        .onFailure(error -> {
                            if (error instanceof TimeoutException) {
                                PgTransaction.cut(connection);
                            }
                        })
                        .eventually(() -> connection.close().timeout(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                                .otherwiseEmpty()))
                .transform(answer -> answer.succeeded() ? Future.succeededFuture()
                        : Future.failedFuture(new PostgresAway("no answer to a ping", answer.cause())));
    }
}
