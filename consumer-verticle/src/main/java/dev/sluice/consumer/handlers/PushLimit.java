package dev.sluice.consumer.handlers;

/**
 * How many requests at once a target takes well: one more per round while answers stay below twice the fastest, a tenth
 * fewer when they get slower, half when the target refuses. The fastest is forgotten slowly, so that a target that has
 * become slower for good isn't held to its past. Pure, not thread-safe.
 */
final class PushLimit {

    private static final double START = 4;
    private static final double TOLERANCE_MILLIS = 5;
    private static final double FORGETTING = 1.01;

    private final int most;
    private double limit;
    private double fastestMillis = Double.MAX_VALUE;

    PushLimit(int most) {
        this.most = most;
        this.limit = Math.min(START, most);
    }

    int limit() {
        return (int) limit;
    }

    void onAnswered(double millis) {
        fastestMillis = Math.min(fastestMillis * FORGETTING, millis);
        if (millis <= 2 * fastestMillis + TOLERANCE_MILLIS) {
            limit = Math.min(most, limit + 1 / limit);
        } else {
            limit = Math.max(1, limit * 0.9);
        }
    }

    void onRefused() {
        limit = Math.max(1, limit / 2);
    }
}
