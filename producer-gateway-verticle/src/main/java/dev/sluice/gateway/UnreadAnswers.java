package dev.sluice.gateway;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Bounds what the answers that callers do not read hold of the memory together. Where there is no room, whoever has read
 * nothing for the longest is cut off, with the events whose outcome it has not heard: whoever reads goes on. What one
 * caller leaves unread alone is bounded elsewhere. For one context.
 *
 * @param <C> a caller's connection
 */
final class UnreadAnswers<C> {

    private static final Logger LOG = LoggerFactory.getLogger(UnreadAnswers.class);

    private static final class Unread {
        private long bytes;
    }

    private final long capacity;
    private final Consumer<C> cutOff;
    /** Who has read nothing for the longest comes first. */
    private final Map<C, Unread> callers = new LinkedHashMap<>();
    private long held;

    /** @param capacity in bytes @param cutOff closes a connection at once; what is not written to it fails */
    UnreadAnswers(long capacity, Consumer<C> cutOff) {
        this.capacity = capacity;
        this.cutOff = cutOff;
    }

    /** @param written completes when the bytes are no longer the gateway's */
    void hold(C caller, long bytes, Future<Void> written) {
        if (written.isComplete()) {
            return;
        }
        Unread unread = callers.computeIfAbsent(caller, first -> new Unread());
        unread.bytes += bytes;
        held += bytes;
        written.onComplete(done -> onWritten(caller, unread, bytes));
        while (held > capacity && callers.size() > 1) {
            cutOffTheFirst();
        }
    }

    private void onWritten(C caller, Unread unread, long bytes) {
        if (!callers.remove(caller, unread)) {
            return;
        }
        unread.bytes -= bytes;
        held -= bytes;
        if (unread.bytes > 0) {
            callers.put(caller, unread);
        }
    }

    private void cutOffTheFirst() {
        Map.Entry<C, Unread> first = callers.entrySet().iterator().next();
        callers.remove(first.getKey());
        held -= first.getValue().bytes;
        LOG.warn("a caller that does not read its answers is cut off unreadBytes={} ofAllBytes={}", first.getValue().bytes, held);
        cutOff.accept(first.getKey());
    }

    /** In bytes. */
    long held() {
        return held;
    }
}
