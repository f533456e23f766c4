package dev.sluice.event;

import dev.sluice.api.Event;

/** What came of reading a record. Either way it has an identity, and a way to go. */
public sealed interface Decoded {

    /** The identity of the event, see {@link EventIdentity}. */
    String eventId();

    /** It can be handed to a handler. */
    record Readable(Event event) implements Decoded {
        @Override
        public String eventId() {
            return event.id();
        }
    }

    /** It was too large for a topic: PostgreSQL has it, see {@link FailureHeaders#BODY}. */
    record Elsewhere(String eventId) implements Decoded {
    }

    /** Nobody may run it: processes died of it. @param deaths how many, at least */
    record Deadly(String eventId, int deaths) implements Decoded {
    }

    /** Nobody can read it: a dead letter at once. @param reason names the fault and its place, not the content */
    record Undecodable(String eventId, String reason) implements Decoded {
    }
}
