package dev.sluice.bus;

import dev.sluice.event.Outcome;

/** What became of a failed event. All but {@link Park} and {@link NotRouted} are durable when they are answered. */
public sealed interface Routed extends Message {

    /** A copy waits in the retry topic; Kafka has acknowledged it. @param dueMillis since the epoch */
    record Retrying(String topic, int partition, long offset, int retry, long dueMillis) implements Routed {
    }

    /**
     * Nothing is written: the asker keeps the event, durably, and tries it again.
     *
     * @param retry     the number of that retry, from 1
     * @param dueMillis since the epoch
     */
    record Park(int retry, long dueMillis) implements Routed {
    }

    /** A letter is in a dead-letter topic; Kafka has acknowledged it. @param errorType as in {@code x-error-type} */
    record Dead(String topic, int partition, long offset, String errorType) implements Routed {
    }

    /** The event has a final outcome already (a timeout that raced its commit, for one): nothing was written. */
    record AlreadySettled(Outcome outcome) implements Routed {
    }

    /** Kafka or PostgreSQL is away: nothing is known to be written. Ask again with the same {@code routeId}. */
    record NotRouted(String reason) implements Routed {
    }
}
