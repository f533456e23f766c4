package dev.sluice.consumer;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Future;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.SqlConnection;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A connection that makes a span of each statement, the handler's among them, and is the connection in all else. Made for
 * sampled transactions only: a proxy, because the driver's interfaces are wide and three of their methods matter.
 */
final class TracedConnection {

    private static final int LONGEST_STATEMENT = 2_048;
    private static final Pattern LITERALS = Pattern.compile("'(?:[^']|'')*'|\\$(\\w*)\\$.*?\\$\\1\\$", Pattern.DOTALL);

    private final Function<String, Span> spans;

    private TracedConnection(Function<String, Span> spans) {
        this.spans = spans;
    }

    /** @param spans begins the span of a statement, whose text comes without values */
    static SqlConnection of(SqlConnection connection, Function<String, Span> spans) {
        TracedConnection traced = new TracedConnection(spans);
        return (SqlConnection) traced.proxy(PublicInterfaces.of(connection), connection, "");
    }

    /** Values are an event's content, and that is in no trace. */
    static String withoutValues(String sql) {
        String text = LITERALS.matcher(sql.strip()).replaceAll("?");
        return text.length() <= LONGEST_STATEMENT ? text : text.substring(0, LONGEST_STATEMENT) + "...";
    }

    /** @param sql of the query or statement; nothing for a connection */
    private Object proxy(Class<?>[] types, Object target, String sql) {
        return java.lang.reflect.Proxy.newProxyInstance(TracedConnection.class.getClassLoader(), types,
                (proxy, method, arguments) -> {
                    boolean names = method.getName().matches("query|preparedQuery|prepare") && arguments != null;
                    Object answer = called(target, method, arguments, method.getName().startsWith("execute") ? sql : null);
                    return answer == target ? proxy : traced(answer, names ? (String) arguments[0] : sql);
                });
    }

    /** @param sql null for what is no statement that runs */
    private Object called(Object target, Method method, Object[] arguments, String sql) throws Throwable {
        Span span = sql == null ? Span.getInvalid() : spans.apply(withoutValues(sql));
        try {
            Object answer = method.invoke(target, arguments);
            return sql == null ? answer : ((Future<?>) answer).onComplete(done -> {
                if (done.failed()) {
                    span.setStatus(StatusCode.ERROR, String.valueOf(done.cause().getMessage()));
                }
                span.end();
            });
        } catch (InvocationTargetException e) {
            span.end();
            throw e.getCause();
        }
    }

    private Object traced(Object answer, String sql) {
        if (answer instanceof PreparedQuery<?> query) {
            return proxy(new Class<?>[] {PreparedQuery.class}, query, sql);
        }
        if (answer instanceof Query<?> query) {
            return proxy(new Class<?>[] {Query.class}, query, sql);
        }
        if (answer instanceof PreparedStatement statement) {
            return proxy(new Class<?>[] {PreparedStatement.class}, statement, sql);
        }
        return answer instanceof Future<?> future ? future.map(result -> traced(result, sql)) : answer;
    }
}
