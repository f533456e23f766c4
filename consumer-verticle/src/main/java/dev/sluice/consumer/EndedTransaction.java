package dev.sluice.consumer;

import io.vertx.sqlclient.SqlConnection;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A connection that takes no statement any more once its transaction is about to end: behind the COMMIT or the ROLLBACK
 * a handler that still goes on would write in a transaction of its own, or in somebody else's. A proxy, because the
 * driver's interfaces are wide and few of their methods matter.
 */
final class EndedTransaction {

    private static final Set<String> STATEMENTS = Set.of("query", "preparedQuery", "prepare", "begin");

    private EndedTransaction() {
    }

    /** @param ended whether the transaction is over; asked at each statement */
    static SqlConnection guard(SqlConnection connection, BooleanSupplier ended) {
        InvocationHandler guarded = (proxy, method, arguments) -> {
            if (STATEMENTS.contains(method.getName()) && ended.getAsBoolean()) {
                throw new IllegalStateException("the handler's transaction has ended with the handler's future: nothing "
                        + "more can be written in it");
            }
            try {
                Object answer = method.invoke(connection, arguments);
                return answer == connection ? proxy : answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (SqlConnection) Proxy.newProxyInstance(EndedTransaction.class.getClassLoader(),
                PublicInterfaces.of(connection), guarded);
    }
}
