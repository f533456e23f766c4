package dev.sluice.consumer;

/** What an event's sequence decides. */
public enum SequenceMode {
    /** Nothing. */
    NONE,
    /** An event older than its entity's newest is SUPERSEDED, not applied: for state only. */
    LATEST_WINS
}
