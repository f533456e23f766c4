package dev.sluice.event;

/** Names of the topics that go with a declared topic. */
public final class Topics {

    /** Dead letters whose event failed for good, of all declared topics. */
    public static final String DLQ_ERRORS = "dlq.errors";
    /** Dead letters whose event can't be processed at all, of all declared topics. */
    public static final String DLQ_POISON = "dlq.poison";

    private static final String RETRY_SUFFIX = ".retry";

    private Topics() {
    }

    /** The topic in which failed records of {@code topic} wait for their next attempt. */
    public static String retryOf(String topic) {
        return topic + RETRY_SUFFIX;
    }

    public static boolean isRetry(String topic) {
        return topic.endsWith(RETRY_SUFFIX);
    }
}
