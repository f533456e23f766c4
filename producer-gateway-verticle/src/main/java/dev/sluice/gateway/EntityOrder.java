package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps the order of each entity's events within one request: an event is sent when the one before has been sent or
 * settled, and fails as PRECEDING_FAILED when that could not be published. That what follows a failure can't be written
 * without it is the {@link Publisher}'s part. Events of different entities don't wait for each other, those without a key
 * for none. For one context.
 */
final class EntityOrder {

    /** An event's place in the line of its entity. */
    static final class Place {

        private final Promise<Boolean> turn = Promise.promise();
        private final Line line;
        private boolean passed;
        /** It was the first to hold up what follows. */
        private boolean broke;

        private Place(Line line) {
            this.line = line;
        }

        /**
         * Completes when all before it are sent or settled: true to go on, false when one of them has failed. To be asked
         * right before it is sent: what was sent before may have failed in the meantime.
         */
        Future<Boolean> turn() {
            return turn.future().map(goOn -> goOn && (line == null || !line.broken));
        }

        /** It could not be published: from this moment nothing that follows may be, though its outcome is not told yet. */
        void onNotPublished() {
            if (line != null && !line.broken) {
                line.broken = true;
                broke = true;
            }
        }

        /** It stands in line for Kafka: the next one may follow. */
        void onSent() {
            passed = true;
            if (line != null) {
                line.advance();
            }
        }
    }

    /** The events of one entity that wait for their turn, in order. */
    private static final class Line {
        private final Deque<Place> places = new ArrayDeque<>();
        private int unsettled;
        /** One has failed: what follows would overtake its repetition. */
        private boolean broken;
        private boolean advancing;

        /** A loop, since giving a turn may send at once and come back here. */
        private void advance() {
            if (advancing) {
                return;
            }
            advancing = true;
            try {
                for (Place head = places.peek(); head != null; head = places.peek()) {
                    head.turn.tryComplete(!broken);
                    if (!head.passed) {
                        break;
                    }
                    places.poll();
                }
            } finally {
                advancing = false;
            }
        }
    }

    private final Map<String, Line> lines = new HashMap<>();

    /** @param step takes the event to its outcome; it sends at its turn, and says so */
    Future<EventOutcome> inOrder(IncomingEvent event, Function<Place, Future<EventOutcome>> step) {
        String key = event.key();
        if (key == null) {
            Place alone = new Place(null);
            alone.turn.complete(true);
            return step.apply(alone);
        }
        Line line = lines.computeIfAbsent(key, first -> new Line());
        Place place = new Place(line);
        line.places.add(place);
        line.unsettled++;
        line.advance();
        return step.apply(place).map(outcome -> {
            boolean afterAFailure = line.broken && !place.broke;
            line.broken |= outcome.holdsUpItsEntity();
            place.onSent();
            if (--line.unsettled == 0 && !line.broken) {
                lines.remove(key, line);
            }
            return afterAFailure && outcome.holdsUpItsEntity() ? precedingFailed(event) : outcome;
        });
    }

    static EventOutcome precedingFailed(IncomingEvent event) {
        return new EventOutcome.Failed(event, new Problem.PrecedingFailed());
    }
}
