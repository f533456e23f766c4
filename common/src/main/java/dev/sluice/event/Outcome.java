package dev.sluice.event;

import java.util.Locale;

/** What became of an event in one group: exactly one at any time, and the same words everywhere. */
public enum Outcome {
    /** Its effect is committed. Written by the consumer, in the effect's own transaction. */
    APPLIED(true),
    /** Its effect was there already. Written by nobody: the row that proves it is the first one's. */
    DUPLICATE(true),
    /** A newer state of its entity was there already. Written by the consumer. */
    SUPERSEDED(true),
    /**
     * It failed and will be tried again: a copy is in the retry topic, acknowledged by Kafka, or its row in
     * {@code parked_events}. Not final.
     */
    RETRYING(false),
    /** It waits in {@code parked_events} behind an earlier event of its entity. Not final. */
    PARKED(false),
    /** A letter is in a dead-letter topic, acknowledged by Kafka. Written by the DLQ router before the letter. */
    DEAD(true),
    /** An operator gave it up, with a reason. Written by the DLQ router. */
    DISCARDED(true),
    /** Older than the inbox remembers, therefore dead-lettered and not applied. Written by the DLQ router. */
    EXPIRED(true);

    private final boolean isFinal;

    Outcome(boolean isFinal) {
        this.isFinal = isFinal;
    }

    /** Whether nothing more will happen to the event by itself. The offset settles with every outcome, final or not. */
    public boolean isFinal() {
        return isFinal;
    }

    /** As it stands in {@code processed_events.outcome}. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Outcome ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
