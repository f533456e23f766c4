package dev.sluice.gateway;

import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds the time that bodies take to arrive, and what all that have arrived in part, or have no answer yet, hold of the
 * memory. Where there is no room, what began to arrive first and has not ended goes: however many callers dawdle, those
 * who don't are served. Looks for the late every 100 ms. For one context.
 */
final class BodiesUnderWay {

    /** Something that arrives in parts. */
    interface Arrival {

        /** It is given up, and holds nothing when this returns. */
        void refuse(Problem problem);
    }

    private static final long LOOK_MILLIS = 100;

    private final Duration limit;
    private final long capacity;
    private final LongSupplier nanos;
    /** All bodies have the same time, so when each began, the first one first, is the order in which they are due. */
    private final Map<Arrival, Long> bodies = new LinkedHashMap<>();
    /** Of streams, which have no end that is due, when the line began that has not ended; the first one first. */
    private final Map<Arrival, Long> lines = new LinkedHashMap<>();
    private long held;

    /** @param capacity in bytes, at least as much as the largest body */
    BodiesUnderWay(Vertx vertx, Duration limit, long capacity, LongSupplier nanos) {
        this.limit = limit;
        this.capacity = capacity;
        this.nanos = nanos;
        vertx.setPeriodic(LOOK_MILLIS, look -> refuseTheLate());
    }

    /** It is refused when it takes too long, unless it ends before. */
    void begin(Arrival body) {
        bodies.put(body, nanos.getAsLong());
    }

    void end(Arrival body) {
        bodies.remove(body);
    }

    void beginLine(Arrival stream) {
        lines.putIfAbsent(stream, nanos.getAsLong());
    }

    void endLine(Arrival stream) {
        lines.remove(stream);
    }

    /** @return false when there is no room, and nothing that began before the one that asks and could go: it is held by none */
    boolean hold(Arrival asks, long bytes) {
        while (held + bytes > capacity) {
            Arrival first = first();
            if (first == null || first == asks) {
                return false;
            }
            bodies.remove(first);
            lines.remove(first);
            first.refuse(new Problem.Overloaded());
        }
        held += bytes;
        return true;
    }

    void release(long bytes) {
        held -= bytes;
    }

    /** In bytes. */
    long held() {
        return held;
    }

    private Arrival first() {
        Iterator<Map.Entry<Arrival, Long>> body = bodies.entrySet().iterator();
        Iterator<Map.Entry<Arrival, Long>> line = lines.entrySet().iterator();
        if (!body.hasNext() || !line.hasNext()) {
            return body.hasNext() ? body.next().getKey() : line.hasNext() ? line.next().getKey() : null;
        }
        Map.Entry<Arrival, Long> one = body.next();
        Map.Entry<Arrival, Long> other = line.next();
        return one.getValue() - other.getValue() <= 0 ? one.getKey() : other.getKey();
    }

    private void refuseTheLate() {
        for (Iterator<Map.Entry<Arrival, Long>> all = bodies.entrySet().iterator(); all.hasNext(); all = bodies.entrySet().iterator()) {
            Map.Entry<Arrival, Long> first = all.next();
            if (nanos.getAsLong() - first.getValue() < limit.toNanos()) {
                return;
            }
            all.remove();
            first.getKey().refuse(new Problem.BodyTooSlow(limit));
        }
    }
}
