package dev.sluice.consumer;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A connection that makes a span of each statement, the handler's among them, and is the connection in all else. Made for
 * sampled transactions only.
 */
final class TracedConnection {

    private static final int LONGEST_STATEMENT = 2_048;
    private static final Pattern LITERALS = Pattern.compile("'(?:[^']|'')*'|\\$(\\w*)\\$.*?\\$\\1\\$", Pattern.DOTALL);

    private TracedConnection() {
    }

    /** @param spans begins the span of a statement, whose text comes without values */
    static SqlConnection of(SqlConnection connection, Function<String, Span> spans) {
        return StatementProxy.of(connection, (method, sql, call) -> method.startsWith("execute")
                ? within(spans.apply(withoutValues(sql)), call) : call.proceed());
    }

    private static Object within(Span span, StatementProxy.Call call) throws Throwable {
        try {
            return ((Future<?>) call.proceed()).onComplete(done -> {
                if (done.failed()) {
                    span.setStatus(StatusCode.ERROR, String.valueOf(done.cause().getMessage()));
                }
                span.end();
            });
        } catch (Throwable e) {
            span.end();
            throw e;
        }
    }

    /** Values are an event's content, and that is in no trace. */
    static String withoutValues(String sql) {
        String text = LITERALS.matcher(sql.strip()).replaceAll("?");
        return text.length() <= LONGEST_STATEMENT ? text : text.substring(0, LONGEST_STATEMENT) + "...";
    }
}
