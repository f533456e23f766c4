package dev.sluice.gateway;

import io.vertx.core.Future;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Keeps the order of each entity's events within one request: the next one starts when the one before has its outcome,
 * and fails as PRECEDING_FAILED when that could not be published. Events of different entities don't wait for each
 * other, those without a key for none. For one context.
 */
final class EntityOrder {

    private static final class Tail {
        private Future<EventOutcome> last;
        /** One has failed: what follows would overtake its repetition. */
        private boolean broken;
    }

    private final Map<String, Tail> tails = new HashMap<>();

    Future<EventOutcome> inOrder(IncomingEvent event, Supplier<Future<EventOutcome>> publish) {
        String key = event.key();
        if (key == null) {
            return publish.get();
        }
        Tail tail = tails.computeIfAbsent(key, first -> new Tail());
        Future<EventOutcome> mine = tail.last == null ? after(tail, event, publish)
                : tail.last.transform(before -> after(tail, event, publish));
        tail.last = mine;
        mine.onComplete(done -> {
            if (tail.last == mine && !tail.broken) {
                tails.remove(key, tail);
            }
        });
        return mine;
    }

    private static Future<EventOutcome> after(Tail tail, IncomingEvent event, Supplier<Future<EventOutcome>> publish) {
        if (tail.broken) {
            return Future.succeededFuture(new EventOutcome.Failed(event, new Problem.PrecedingFailed()));
        }
        return publish.get().onComplete(result ->
                tail.broken = tail.broken || result.failed() || result.result().holdsUpItsEntity());
    }
}
