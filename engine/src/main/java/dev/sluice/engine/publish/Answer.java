package dev.sluice.engine.publish;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the gateway said to one request. */
sealed interface Answer {

    /**
     * One outcome for each line, in order; empty where the answer broke off.
     */
    record PerLine(List<Optional<Outcome>> outcomes, Optional<Duration> retryAfter) implements Answer {
    }

    /** One outcome for the request as a whole. */
    record Whole(Outcome outcome, Optional<Duration> retryAfter) implements Answer {
    }

    /** @param status as HTTP has it @param code a stable word, such as PRECEDING_FAILED */
    record Outcome(int status, boolean duplicate, String code, String detail) {

        boolean accepted() {
            return status >= 200 && status < 300;
        }

        /** Refused for now: the same body may be accepted later. */
        boolean worthRepeating() {
            return status == 408 || status == 425 || status == 429 || status >= 500;
        }

        /** Whether this try may be in Kafka nonetheless; 429 and a failed predecessor mean that it was not tried. */
        boolean mayBeWritten() {
            return status >= 500 && !code.equals("PRECEDING_FAILED");
        }

        String reason() {
            return (status + " " + code).trim() + (detail.isEmpty() ? "" : ": " + detail);
        }
    }
}
