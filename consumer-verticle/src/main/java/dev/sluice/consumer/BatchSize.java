package dev.sluice.consumer;

/**
 * How many events a transaction takes, aiming at 20 ms: full batches that took less than half of it double the limit,
 * batches that took more than twice of it halve it. Batches that were not full say nothing about larger ones. Pure.
 */
final class BatchSize {

    private static final long TARGET_MILLIS = 20;
    private static final int START = 64;

    private final int most;
    private int limit;

    BatchSize(int most) {
        this.most = most;
        this.limit = Math.min(START, most);
    }

    int limit() {
        return limit;
    }

    void onCommitted(int size, long millis) {
        if (millis > TARGET_MILLIS * 2) {
            limit = Math.max(1, Math.min(limit, size) / 2);
        } else if (size >= limit && millis < TARGET_MILLIS / 2) {
            limit = Math.min(most, limit * 2);
        } else if (size >= limit && millis < TARGET_MILLIS) {
            limit = Math.min(most, limit + Math.max(1, limit / 8));
        }
    }
}
