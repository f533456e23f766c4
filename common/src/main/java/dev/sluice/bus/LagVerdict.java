package dev.sluice.bus;

/** What becomes of a partition's unread events. The order is the value of the metric {@code kafka_consumer_verdict}. */
public enum LagVerdict {
    /** Nothing is unread, or it is being worked off. */
    OK,
    /** It grew over ten samples. */
    LAGGING,
    /** A member owns the partition, and its offset has not moved for 60 s. */
    STALLED,
    /** No member owns the partition, and nobody has committed for 60 s. */
    STOPPED
}
