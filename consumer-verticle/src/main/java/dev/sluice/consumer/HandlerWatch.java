package dev.sluice.consumer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Supplier;

/**
 * Notices a handler that blocks the event loop, on which then nothing else runs, timeouts included: so the poll thread
 * looks. Entered and left by the event loop, looked at by the poll thread. Whatever thread completes the handler's future,
 * what comes next is back where the handler was called.
 */
final class HandlerWatch {

    private static final Logger LOG = LoggerFactory.getLogger(HandlerWatch.class);
    private static final long LONG_NANOS = 1_000_000_000L;
    private static final long OUTSIDE = Long.MIN_VALUE;

    private final String group;
    private final String handler;
    private volatile long enteredNanos = OUTSIDE;
    /** The entry that the log has named. Poll thread only. */
    private long namedNanos = OUTSIDE;

    HandlerWatch(String group, String handler) {
        this.group = group;
        this.handler = handler;
    }

    String handler() {
        return handler;
    }

    Future<?> inside(Supplier<? extends Future<?>> call) {
        enteredNanos = System.nanoTime();
        try {
            return home(call.get());
        } finally {
            enteredNanos = OUTSIDE;
        }
    }

    private static <T> Future<T> home(Future<T> answer) {
        Context here = Vertx.currentContext();
        if (here == null || answer == null || answer.isComplete()) {
            return answer;
        }
        Promise<T> home = Promise.promise();
        answer.onComplete((result, error) -> {
            if (Vertx.currentContext() == here) {
                home.complete(result, error);
            } else {
                here.runOnContext(back -> home.complete(result, error));
            }
        });
        return home.future();
    }

    /** @return whether the handler blocks now */
    boolean look() {
        long entered = enteredNanos;
        if (entered == OUTSIDE || System.nanoTime() - entered < LONG_NANOS) {
            return false;
        }
        if (namedNanos != entered) {
            namedNanos = entered;
            LOG.error("group={} handler={} The handler blocks the event loop: all that runs on it stands still until it "
                    + "returns", group, handler);
        }
        return true;
    }
}
