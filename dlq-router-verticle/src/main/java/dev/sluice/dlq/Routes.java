package dev.sluice.dlq;

import dev.sluice.bus.Routed;
import io.vertx.core.Future;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Executes each route once: who asks again joins it while it is under way, and gets the same answer for 5 min after (of
 * the last 10,000 routes). A route that ended in {@link Routed.NotRouted} is executed again. It remembers within one
 * process; a repeat that reaches another node is written again, and the event's identity makes the two one. Any thread.
 */
final class Routes {

    private static final int REMEMBERED = 10_000;
    private static final long REMEMBERED_MILLIS = 300_000;

    private record Answer(Routed routed, long atMillis) {
    }

    private final LongSupplier clock;
    private final Map<String, Future<Routed>> underWay = new HashMap<>();
    private final Map<String, Answer> answers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
            return size() > REMEMBERED;
        }
    };

    Routes(LongSupplier clock) {
        this.clock = clock;
    }

    /** @param route its future must complete */
    Future<Routed> once(String routeId, Supplier<Future<Routed>> route) {
        Future<Routed> started;
        synchronized (this) {
            Answer answer = answers.get(routeId);
            if (answer != null && clock.getAsLong() - answer.atMillis() < REMEMBERED_MILLIS) {
                return Future.succeededFuture(answer.routed());
            }
            Future<Routed> running = underWay.get(routeId);
            if (running != null) {
                return running;
            }
            started = route.get();
            underWay.put(routeId, started);
        }
        return started.onComplete(done -> onRouteEnded(routeId, done.result()));
    }

    private synchronized void onRouteEnded(String routeId, Routed routed) {
        underWay.remove(routeId);
        if (routed != null && !(routed instanceof Routed.NotRouted)) {
            answers.remove(routeId);
            answers.put(routeId, new Answer(routed, clock.getAsLong()));
        }
    }
}
