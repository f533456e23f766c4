package dev.sluice.dlq;

import dev.sluice.event.Topics;

import java.time.Duration;

/** The way of a failed event. */
sealed interface Route {

    /** Retries made before this way is gone; with a retry, this one included. It becomes {@code x-retry-count}. */
    int retries();

    /** As in {@code x-error-type}. */
    String errorType();

    /** Another attempt, by the same group. @param topic the retry topic of the event's own topic */
    record Retry(String topic, int retries, Duration delay) implements Route {
        @Override
        public String errorType() {
            return "TRANSIENT";
        }
    }

    /** Another attempt, by whoever holds the event's entity back meanwhile. */
    record Park(int retries, Duration delay) implements Route {
        @Override
        public String errorType() {
            return "TRANSIENT";
        }
    }

    /** The end. */
    record Letter(String topic, int retries, String errorType) implements Route {

        static Letter of(String errorType, int retries) {
            return new Letter(errorType.equals("POISON") ? Topics.DLQ_POISON : Topics.DLQ_ERRORS, retries, errorType);
        }
    }
}
