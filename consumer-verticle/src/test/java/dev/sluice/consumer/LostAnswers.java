package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.SqlClient;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** A PostgreSQL that carries out each statement and loses the answer of the first, third, fifth ... of each text. */
final class LostAnswers {

    private final SqlClient real;
    private final Map<String, Integer> asked = new HashMap<>();
    private int lost;

    LostAnswers(SqlClient real) {
        this.real = real;
    }

    int lost() {
        return lost;
    }

    SqlClient client() {
        return proxy(SqlClient.class, real, (method, arguments) -> {
            Object made = call(real, method, arguments);
            return made instanceof PreparedQuery<?> query ? losing(query, (String) arguments[0]) : made;
        });
    }

    private PreparedQuery<?> losing(PreparedQuery<?> query, String sql) {
        return proxy(PreparedQuery.class, query, (method, arguments) -> {
            Object answer = call(query, method, arguments);
            return answer instanceof Future<?> future ? future.compose(rows -> isLost(sql)
                    ? Future.failedFuture(ClosedConnectionException.INSTANCE) : Future.succeededFuture(rows)) : answer;
        });
    }

    private boolean isLost(String sql) {
        boolean loses = asked.merge(sql, 1, Integer::sum) % 2 == 1;
        lost += loses ? 1 : 0;
        return loses;
    }

    private interface Answer {
        Object to(Method method, Object[] arguments) throws Throwable;
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, Object target, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> method.getDeclaringClass() == Object.class
                        ? call(target, method, arguments) : answer.to(method, arguments)));
    }
}
