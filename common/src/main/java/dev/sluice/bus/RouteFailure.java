package dev.sluice.bus;

import dev.sluice.event.RawRecord;
import dev.sluice.failure.ErrorInfo;

/**
 * An event has failed, alone; the DLQ router decides its way and makes it durable. The offset waits for the answer.
 *
 * @param routeId        equal when the same failure is asked about again, because the answer was lost
 * @param record         as it was read: from a declared topic, or from its retry topic
 * @param eventId        the identity that the consumer found
 * @param failures       how often it failed in place, in a row
 * @param withinMillis   the time from the first of these failures to the last
 * @param orderPreserved false: it may be overtaken by later events of its entity
 */
public record RouteFailure(String routeId, String group, RawRecord record, String eventId, ErrorInfo error, int failures,
                           long withinMillis, boolean orderPreserved) implements Message {
}
