package dev.sluice.api;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One event, decoded as far as every handler needs it; {@code data} stays the bytes that were sent.
 *
 * @param id          identity: equal for every copy of the same event, whoever sent it again
 * @param type        CloudEvents {@code type}, or {@code type} of a plain JSON event; empty text when it has none
 * @param entity      the entity it belongs to; empty when neither subject nor key names one as {@code type:id}
 * @param sequence    its place among the entity's events; empty when it has none
 * @param time        the event's own time; empty when it has none
 * @param contentType media type of {@code data}
 * @param data        the payload, as sent; must not be changed
 * @param attempt     1 for the first delivery, 2 for the first retry, and so on
 * @param attributes  the CloudEvents attributes and extensions, by their lower-case names, without {@code ce_}
 */
public record Event(String id, String type, Optional<RoutingKey> entity, OptionalLong sequence, Optional<Instant> time,
                    String contentType, byte[] data, Origin origin, int attempt, Map<String, String> attributes) {

    public Event {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
        attributes = Map.copyOf(attributes);
    }

    /** The entity, for handlers that can't do without one. @throws PermanentFailure when the event has none */
    public RoutingKey requireEntity() {
        return entity.orElseThrow(() -> new PermanentFailure(this,
                "event " + id + " names no entity: its subject (or key) must be type:id, ':' inside a part as %3A"));
    }

    /** The sequence, for handlers that can't do without one. @throws PermanentFailure when the event has none */
    public long requireSequence() {
        return sequence.orElseThrow(() -> new PermanentFailure(this,
                "event " + id + " has no sequence: a whole decimal number from 0 to 9223372036854775807 is needed"));
    }

    /** The same event, delivered for the so-manieth time. */
    public Event onAttempt(int number) {
        return new Event(id, type, entity, sequence, time, contentType, data, origin, number, attributes);
    }

    /** Identity only, so that a log line never shows what an event carries. */
    @Override
    public String toString() {
        return "Event[" + id + "]";
    }
}
