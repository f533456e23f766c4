package dev.sluice.consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Supplier;

/**
 * Notices a handler that blocks the event loop, on which then nothing else runs, timeouts included: so the poll thread
 * looks. Entered and left by the event loop, looked at by the poll thread.
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

    <T> T inside(Supplier<T> call) {
        enteredNanos = System.nanoTime();
        try {
            return call.get();
        } finally {
            enteredNanos = OUTSIDE;
        }
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
