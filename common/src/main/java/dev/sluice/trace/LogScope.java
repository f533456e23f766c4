package dev.sluice.trace;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

import java.util.Map;
import java.util.function.Supplier;

/**
 * What the code that runs now is about, for every line that it logs: its fields (eventId, traceId, ...) go along with the
 * Vert.x context, through futures, timers and {@code executeBlocking}, where a thread's own map would be lost. Fields are
 * made when a line is written, not before. Outside of Vert.x there is no scope.
 */
public final class LogScope {

    /** What stands for a place in each context must be there before the first {@code Vertx} is. */
    public static final class Registration implements VertxServiceProvider {

        @Override
        public void init(VertxBootstrap bootstrap) {
            LOCAL.getClass();
        }
    }

    private static final ContextLocal<LogScope> LOCAL = ContextLocal.registerLocal(LogScope.class);

    private volatile Supplier<Map<String, String>> fields;

    private LogScope(Supplier<Map<String, String>> fields) {
        this.fields = fields;
    }

    /** @return completes outside of the scope */
    public static <T> Future<T> within(Supplier<Map<String, String>> fields, Supplier<Future<T>> work) {
        ContextInternal around = ContextInternal.current();
        if (around == null) {
            return work.get();
        }
        ContextInternal own = around.duplicate();
        LOCAL.put(own, new LogScope(fields));
        ContextInternal before = own.beginDispatch();
        try {
            Future<T> result = work.get();
            return around.future(result::onComplete);
        } finally {
            own.endDispatch(before);
        }
    }

    /** From now on this scope is about something else, as one event of a batch. Does nothing outside of a scope. */
    public static void turnTo(Supplier<Map<String, String>> fields) {
        LogScope scope = current();
        if (scope != null) {
            scope.fields = fields;
        }
    }

    /** Any thread. @return in the order in which they are to be written; empty outside of a scope */
    public static Map<String, String> fields() {
        LogScope scope = current();
        return scope == null ? Map.of() : scope.fields.get();
    }

    private static LogScope current() {
        ContextInternal context = ContextInternal.current();
        return context == null ? null : LOCAL.get(context);
    }
}
