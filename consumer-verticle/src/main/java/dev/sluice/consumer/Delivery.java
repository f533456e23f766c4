package dev.sluice.consumer;

/** What a subscription promises about an event whose process dies half-way. Each is one identity, one effect in PostgreSQL. */
public enum Delivery {
    /** The offset is committed before the handler runs: nothing runs again after a crash, what was under way is lost. */
    AT_MOST_ONCE,
    /** Nothing is lost; an effect outside PostgreSQL may happen again. What a {@link dev.sluice.api.PushHandler} can have. */
    AT_LEAST_ONCE,
    /** Nothing is lost, nothing happens twice: the effect and the event's identity are one transaction. */
    EXACTLY_ONCE
}
