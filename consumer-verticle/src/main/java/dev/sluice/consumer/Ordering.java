package dev.sluice.consumer;

/** Which events of a subscription wait for each other. */
public enum Ordering {
    /** All events of a partition run one after the other. */
    PARTITION,
    /** Events with the same key run one after the other, different keys in parallel. */
    KEY,
    /** No event waits for another. */
    UNORDERED
}
