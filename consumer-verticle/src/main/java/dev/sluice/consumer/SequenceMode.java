package dev.sluice.consumer;

/** What an event's sequence decides. */
public enum SequenceMode {
    /** Nothing. */
    NONE,
    /** An event older than its entity's newest is SUPERSEDED, not applied: for state only. */
    LATEST_WINS,
    /** An entity's events take effect without a gap: what comes too early is parked until the missing one is there. */
    STRICT
}
