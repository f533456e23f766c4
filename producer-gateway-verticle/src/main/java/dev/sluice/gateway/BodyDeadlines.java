package dev.sluice.gateway;

import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells bodies that take too long. All have the same time, so that they are due in the order in which they began: one
 * timer for all in place of one each. Late by a look at most. For one context.
 */
final class BodyDeadlines {

    private static final long LOOK_MILLIS = 100;

    private final Duration limit;
    private final LongSupplier nanos;
    /** When each is due, the first one first. */
    private final Map<Runnable, Long> due = new LinkedHashMap<>();

    BodyDeadlines(Vertx vertx, Duration limit, LongSupplier nanos) {
        this.limit = limit;
        this.nanos = nanos;
        vertx.setPeriodic(LOOK_MILLIS, look -> tellTheLate());
    }

    Duration limit() {
        return limit;
    }

    /** @param onLate runs unless it is taken back before */
    void begin(Runnable onLate) {
        due.put(onLate, nanos.getAsLong() + limit.toNanos());
    }

    void end(Runnable onLate) {
        due.remove(onLate);
    }

    private void tellTheLate() {
        for (Iterator<Map.Entry<Runnable, Long>> all = due.entrySet().iterator(); all.hasNext(); all = due.entrySet().iterator()) {
            Map.Entry<Runnable, Long> first = all.next();
            if (nanos.getAsLong() - first.getValue() < 0) {
                return;
            }
            all.remove();
            first.getKey().run();
        }
    }
}
