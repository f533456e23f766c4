package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.SqlConnection;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A connection of which somebody sees each call, and each call of the queries and prepared statements that come from it. A
 * proxy, because the driver's interfaces are wide and few of their methods matter.
 */
final class StatementProxy {

    /** One call of the connection or of what came from it. */
    interface Call {
        Object proceed() throws Throwable;
    }

    /** Answers in the place of a call. */
    interface Around {
        /**
         * @param method its name
         * @param sql    of the query or statement; empty for a connection
         */
        Object answer(String method, String sql, Call call) throws Throwable;
    }

    private final Around around;

    private StatementProxy(Around around) {
        this.around = around;
    }

    static SqlConnection of(SqlConnection connection, Around around) {
        return (SqlConnection) new StatementProxy(around).proxy(connection, "");
    }

    private Object proxy(Object target, String sql) {
        return Proxy.newProxyInstance(StatementProxy.class.getClassLoader(), publicInterfaces(target),
                (proxy, method, arguments) -> {
                    boolean names = method.getName().matches("query|preparedQuery|prepare") && arguments != null;
                    Object answer = around.answer(method.getName(), sql, () -> {
                        try {
                            return method.invoke(target, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
                    return answer == target ? proxy : followed(answer, names ? (String) arguments[0] : sql);
                });
    }

    private Object followed(Object answer, String sql) {
        if (answer instanceof Query || answer instanceof PreparedStatement) {
            return proxy(answer, sql);
        }
        return answer instanceof Future<?> future ? future.map(result -> followed(result, sql)) : answer;
    }

    /** The driver's own libraries cast theirs to more than they declare. */
    private static Class<?>[] publicInterfaces(Object target) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> each : type.getInterfaces()) {
                if (Modifier.isPublic(each.getModifiers())) {
                    all.add(each);
                }
            }
        }
        return all.toArray(Class<?>[]::new);
    }
}
