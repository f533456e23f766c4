package dev.sluice.api;

import io.vertx.core.json.JsonObject;

/**
 * Names a handler and makes it; found through {@link java.util.ServiceLoader}, chosen by {@code handler: NAME} of a
 * subscription. To plug one in: implement it, list the class in
 * {@code META-INF/services/dev.sluice.api.HandlerProvider}, put the jar on the class path.
 */
public interface HandlerProvider {

    /** The name that configuration uses; lower-case words joined by hyphens, unique on the class path. */
    String name();

    /** What its events mean to it, and what it does by itself. */
    Traits traits();

    /**
     * Makes the handler of one subscription in one consumer instance.
     *
     * @param settings the subscription's {@code settings:} section, empty when there is none
     * @throws IllegalArgumentException for settings that it can't accept; the message names the key and what is allowed
     */
    Handler create(JsonObject settings);

    /**
     * @param effect      whether a newer event makes an older one superfluous
     * @param identity    who recognises a repeated event
     * @param needsEntity whether an event without {@code type:id} or without sequence is a PERMANENT failure
     * @param isolation   of the transactions that it is handed
     */
    record Traits(Effect effect, Identity identity, boolean needsEntity, Isolation isolation) {

        public Traits(Effect effect, Identity identity, boolean needsEntity) {
            this(effect, identity, needsEntity, Isolation.READ_COMMITTED);
        }

        /** Each event counts, recognised by the inbox: the safe choice for a handler of one's own. */
        public static final Traits EACH_EVENT_COUNTS = new Traits(Effect.LOG, Identity.INBOX, false);

        /** The newest event of an entity is what matters. */
        public static final Traits NEWEST_STATE_COUNTS = new Traits(Effect.STATE, Identity.INBOX, true);
    }

    /** What an event means to the handler. */
    enum Effect {
        /** A newer state replaces an older one, so that skipping the older changes nothing. */
        STATE,
        /** Each event counts. */
        LOG
    }

    /** Who recognises a repeated event. */
    enum Identity {
        /** The engine: a row in {@code processed_events}, written in the handler's transaction. */
        INBOX,
        /** The handler: its own table has the event's identity as key, and its statement is safe to repeat. */
        NATURAL_KEY
    }

    /** What a transaction sees of others. */
    enum Isolation {
        /** PostgreSQL's default. */
        READ_COMMITTED,
        /** As if transactions ran one after the other; one that could not is run again, five times at once if need be. */
        SERIALIZABLE
    }
}
