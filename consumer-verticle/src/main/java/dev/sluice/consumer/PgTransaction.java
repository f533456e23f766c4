package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.TransactionRollbackException;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionBase;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A transaction on a connection of its own. It ends committed or rolled back, or, when PostgreSQL answers neither, with
 * the connection cut off, so that nobody who still holds it can write any more. It has a deadline as a whole.
 *
 * <p>PostgreSQL answers the COMMIT of a transaction that it has given up with ROLLBACK, and the COMMIT of one that
 * somebody else has ended with a warning: neither counts as committed. Event loop only.
 */
final class PgTransaction {

    private static final Duration ROLLBACK_DEADLINE = Duration.ofSeconds(5);
    /** Notice on COMMIT: there was no transaction any more. */
    private static final String NO_TRANSACTION = "25P01";

    private final Vertx vertx;
    private final SqlConnection connection;
    /** The same, as the work sees it. */
    private final SqlConnection watched;
    private Runnable onClosed = () -> { };
    private boolean closed;
    /** What PostgreSQL said when it ended the session by itself; null when it did not, or said nothing. */
    private PgException farewell;
    private boolean endedInside;
    /** The work has its result: COMMIT or ROLLBACK is next. */
    private boolean over;
    /** Somebody may still hold it and write: it must not be used again. */
    private boolean tainted;

    PgTransaction(Vertx vertx, SqlConnection connection, UnaryOperator<SqlConnection> watching) {
        this.vertx = vertx;
        this.connection = connection;
        this.watched = watching.apply(EndedTransaction.guard(connection, () -> over));
        connection.closeHandler(gone -> {
            closed = true;
            onClosed.run();
        });
        connection.exceptionHandler(error -> farewell = error instanceof PgException said ? said : farewell);
        if (connection instanceof PgConnection postgres) {
            postgres.noticeHandler(notice -> endedInside |= NO_TRANSACTION.equals(notice.getCode()));
        }
    }

    /** Once, see {@link PgTransactions#run}. */
    <T> Future<T> run(Duration deadline, Function<PgTransaction, Future<T>> work) {
        long timer = vertx.setTimer(deadline.toMillis(), late -> cut());
        return connection.begin()
                .compose(transaction -> work.apply(this).onComplete(result -> over = true)
                        .compose(result -> commit(transaction).map(result))
                        .recover(error -> rollback(transaction, error)))
                .recover(error -> Future.failedFuture(truth(error)))
                .eventually(() -> {
                    vertx.cancelTimer(timer);
                    if (tainted) {
                        cut();
                    }
                    return connection.close().timeout(ROLLBACK_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .otherwiseEmpty();
                });
    }

    SqlConnection connection() {
        return watched;
    }

    /** @param then runs once, when the connection is gone before the work has ended */
    void whenClosed(Runnable then) {
        onClosed = then;
        if (closed) {
            then.run();
        }
    }

    /**
     * Ends what PostgreSQL is doing for it, and lets nobody use the connection any more, at once when the work fails.
     * PostgreSQL rolls back what it has not been told to commit.
     */
    void abandon() {
        tainted = true;
        if (connection instanceof PgConnection postgres) {
            postgres.cancelRequest();
        }
    }

    private Future<Void> commit(Transaction transaction) {
        return transaction.commit().compose(done -> endedInside
                ? Future.failedFuture(new IllegalStateException("the handler has ended the transaction by itself"))
                : Future.<Void>succeededFuture(), error -> error instanceof TransactionRollbackException
                ? Future.failedFuture(new IllegalStateException(
                "a statement failed and the handler went on: PostgreSQL has rolled back"))
                : Future.failedFuture(error));
    }

    private <T> Future<T> rollback(Transaction transaction, Throwable error) {
        if (tainted) { // behind a ROLLBACK, what its holder still writes would be a transaction of its own
            cut();
        }
        return transaction.rollback().timeout(ROLLBACK_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .transform(answer -> {
                    if (answer.failed() && answer.cause() instanceof TimeoutException) {
                        cut();
                        return Future.failedFuture(new PostgresAway("no answer to ROLLBACK", error));
                    }
                    return Future.failedFuture(error);
                });
    }

    /** A connection that is gone explains any failure but PostgreSQL's own word. */
    private Throwable truth(Throwable error) {
        boolean gone = closed || error instanceof ClosedConnectionException; // told before the handler of the closing
        if (!gone || tainted || error instanceof PgException || error instanceof PostgresAway) {
            return error;
        }
        return farewell != null ? farewell : new PostgresAway("the connection was lost", error);
    }

    /** It ends now, rolled back by PostgreSQL once it sees that the socket is gone. */
    void cut() {
        cut(connection);
    }

    /**
     * Closes the socket, without a word to PostgreSQL and without waiting for one: from the first handler outwards, past
     * the driver's, which would turn the closing into a message and leave the socket to the server.
     */
    static void cut(SqlConnection connection) {
        if (connection instanceof SqlConnectionBase<?> base
                && base.unwrap().unwrap() instanceof SocketConnectionBase socket) {
            socket.socket().channelHandlerContext().pipeline().firstContext().close();
        }
    }
}
