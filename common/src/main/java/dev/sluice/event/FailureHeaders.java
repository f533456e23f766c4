package dev.sluice.event;

import java.util.Set;

/** Names of the headers that a moved record carries. They are rewritten at each move, never piled up. */
public final class FailureHeaders {

    /** Identity of the event; trusted only on the retry topics that Sluice writes itself. */
    public static final String EVENT_IDENTITY = "x-event-identity";
    /** Retries made so far: 0 in a letter that was never retried, 4 in one that used them all. */
    public static final String RETRY_COUNT = "x-retry-count";
    public static final String ORIGINAL_TOPIC = "x-original-topic";
    public static final String ORIGINAL_PARTITION = "x-original-partition";
    public static final String ORIGINAL_OFFSET = "x-original-offset";
    /** The group that failed: a retry is for it alone. */
    public static final String ORIGINAL_GROUP = "x-original-group";
    /** TRANSIENT, PERMANENT, POISON, EXPIRED or BLOCKED_BY. */
    public static final String ERROR_TYPE = "x-error-type";
    /** 1 KiB at most. */
    public static final String ERROR_MESSAGE = "x-error-message";
    /** 16 KiB at most. */
    public static final String ERROR_STACK = "x-error-stack";
    /** RFC 3339, UTC, milliseconds. */
    public static final String FAILED_AT = "x-failed-at";
    /** RFC 3339, UTC, milliseconds: not before this moment. */
    public static final String RETRY_AFTER = "x-retry-after";

    /** The letter that an operator sent back; trusted only on retry topics, and kept through the retries that follow. */
    public static final String REPLAY_OF = "x-replay-of";

    /** Where the record is when it is too large for a topic: its id in {@code large_letters}; trusted only on retry topics. */
    public static final String BODY = "x-body";
    /** How large that record is. */
    public static final String BODY_BYTES = "x-body-bytes";

    public static final Set<String> ALL = Set.of(EVENT_IDENTITY, RETRY_COUNT, ORIGINAL_TOPIC, ORIGINAL_PARTITION,
            ORIGINAL_OFFSET, ORIGINAL_GROUP, ERROR_TYPE, ERROR_MESSAGE, ERROR_STACK, FAILED_AT, RETRY_AFTER,
            REPLAY_OF, BODY, BODY_BYTES);

    private FailureHeaders() {
    }
}
