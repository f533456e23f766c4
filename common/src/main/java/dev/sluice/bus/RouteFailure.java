package dev.sluice.bus;

import dev.sluice.event.RawRecord;
import dev.sluice.failure.AlreadyDead;
import dev.sluice.failure.ErrorInfo;

/**
 * An event has failed, alone; the DLQ router decides its way and makes it durable. The offset waits for the answer.
 *
 * @param routeId        equal when the same failure is asked about again, because the answer was lost
 * @param record         as it was read: from a declared topic, or from its retry topic
 * @param eventId        the identity that the consumer found
 * @param failures       how often it failed in place, in a row
 * @param withinMillis   the time from the first of these failures to the last
 * @param order          what becomes of later events of its entity meanwhile
 * @param retries        made before this failure, unless {@code order} is RELAXED: then the record's headers tell
 */
public record RouteFailure(String routeId, String group, RawRecord record, String eventId, ErrorInfo error, int failures,
                           long withinMillis, Order order, int retries) implements Message {

    /** It was dead when it came again: nothing has failed but the answer about its letter. */
    public boolean diedBefore() {
        return error.types().contains(AlreadyDead.class.getName());
    }

    public RouteFailure because(String message) {
        return new RouteFailure(routeId, group, record, eventId, new ErrorInfo(error.types(), error.sqlState(),
                error.httpStatus(), message, error.stack()), failures, withinMillis, order, retries);
    }

    /** Whether later events of an entity may overtake a failed one. */
    public enum Order {
        /** They may: it goes to the retry topic. */
        RELAXED,
        /** They may not: they wait behind it, and so the asker keeps it. */
        PRESERVED,
        /** The one before it is dead, so this attempt was its only one. */
        BLOCKED
    }
}
