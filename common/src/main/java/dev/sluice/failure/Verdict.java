package dev.sluice.failure;

/** What a failure means. The first two are nobody's fault, so they cost no attempt. */
public enum Verdict {
    /** The downstream is away: the partition pauses, the event is tried again when it is back. */
    OUTAGE,
    /** A conflict with another transaction: repeated in place, a bounded number of times, then TRANSIENT. */
    CONFLICT,
    /** May succeed later: to the retry topic. */
    TRANSIENT,
    /** Will never succeed: to the dead letters at once. */
    PERMANENT,
    /** Can't be processed at all: to the poison letters at once. */
    POISON,
    /** No rule knows it: tried again in place, alone; three failures within a second are POISON, else TRANSIENT. */
    UNKNOWN
}
