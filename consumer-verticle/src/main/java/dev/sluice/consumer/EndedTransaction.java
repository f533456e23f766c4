package dev.sluice.consumer;

import io.vertx.sqlclient.SqlConnection;

import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A connection that takes no statement any more once its transaction is about to end, not even of a query that was made
 * before: behind the COMMIT or the ROLLBACK a handler that still goes on would write in a transaction of its own, or in
 * somebody else's.
 */
final class EndedTransaction {

    private static final Set<String> STATEMENTS = Set.of("query", "preparedQuery", "prepare", "begin", "execute", "executeBatch",
            "cursor", "createStream");

    private EndedTransaction() {
    }

    /** @param ended whether the transaction is over; asked at each statement */
    static SqlConnection guard(SqlConnection connection, BooleanSupplier ended) {
        return StatementProxy.of(connection, (method, sql, call) -> {
            if (STATEMENTS.contains(method) && ended.getAsBoolean()) {
                throw new IllegalStateException("the handler's transaction has ended with the handler's future: nothing "
                        + "more can be written in it");
            }
            return call.proceed();
        });
    }
}
