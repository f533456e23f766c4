package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Runs transactions, and can end all that are open. Event loop only. */
final class PgTransactions {

    private final Vertx vertx;
    private final Pool pool;
    private final Set<PgTransaction> open = new HashSet<>();

    PgTransactions(Vertx vertx, Pool pool) {
        this.vertx = vertx;
        this.pool = pool;
    }

    /**
     * @param deadline for all of it, but for the wait for a connection, which the pool limits
     * @return the work's result, committed; {@link PostgresAway} for what is no failure of the work
     */
    <T> Future<T> run(Duration deadline, Function<PgTransaction, Future<T>> work) {
        return run(deadline, UnaryOperator.identity(), work);
    }

    /** @param watching the work sees the connection through it */
    <T> Future<T> run(Duration deadline, UnaryOperator<SqlConnection> watching, Function<PgTransaction, Future<T>> work) {
        return pool.getConnection()
                .recover(error -> Future.failedFuture(new PostgresAway("no connection", error)))
                .compose(connection -> {
                    PgTransaction transaction = new PgTransaction(vertx, connection, watching);
                    open.add(transaction);
                    return transaction.run(deadline, work).onComplete(ended -> open.remove(transaction));
                });
    }

    /** Rolls back what is open, without a word to whoever works in it. */
    void cutAll() {
        List.copyOf(open).forEach(PgTransaction::cut);
    }
}
