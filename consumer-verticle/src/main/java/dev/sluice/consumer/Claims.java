package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.util.List;
import java.util.Map;

/**
 * Who may work on an event, told between instances through Redis. It only saves work: PostgreSQL decides, so with Redis
 * away, wiped or wrong the results are the same. Event loop only.
 */
interface Claims {

    /** What is claimed. */
    enum Mode { EVENT, LEASE, OFF }

    /** Nobody is asked. */
    Claims OFF = new Claims() {
        @Override
        public Future<Map<Work, Outcome>> run(List<Work> works, Effects effects) {
            return effects.apply(works);
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    };

    static Claims of(Mode mode, Vertx vertx, RedisLink redis, String group, String instance) {
        return switch (mode) {
            case EVENT -> new EventClaims(vertx, redis, group, instance);
            case LEASE -> new PartitionLeases(vertx, redis, group, instance);
            case OFF -> OFF;
        };
    }

    /** Runs what no other owner has. @return the outcomes of what was run, or is known to be done */
    Future<Map<Work, Outcome>> run(List<Work> works, Effects effects);

    /** Gives all up. Never fails. */
    Future<Void> close();
}
