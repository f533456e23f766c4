package dev.sluice.engine.publish;

import java.time.Duration;

/** How long to wait before the next try, and when to stop trying. Knows no clock. */
final class Patience {

    static final Duration WITHOUT_GATEWAY = Duration.ofSeconds(30);
    /** A gateway that answers, but accepts nothing at all. */
    static final Duration WITHOUT_PROGRESS = Duration.ofMinutes(5);
    private static final long FIRST_MILLIS = 100;
    private static final long LONGEST_MILLIS = 2_000;

    private final Duration withoutGateway;
    private long silentSinceNanos = Long.MIN_VALUE;
    private long stuckSinceNanos = Long.MIN_VALUE;
    private long nextMillis = FIRST_MILLIS;

    Patience(Duration withoutGateway) {
        this.withoutGateway = withoutGateway;
    }

    /** @param progress whether any line got its final outcome */
    void onAnswer(boolean progress, long nowNanos) {
        silentSinceNanos = Long.MIN_VALUE;
        if (progress) {
            nextMillis = FIRST_MILLIS;
            stuckSinceNanos = Long.MIN_VALUE;
        } else if (stuckSinceNanos == Long.MIN_VALUE) {
            stuckSinceNanos = nowNanos;
        }
    }

    void onSilence(long nowNanos) {
        silentSinceNanos = silentSinceNanos == Long.MIN_VALUE ? nowNanos : silentSinceNanos;
    }

    boolean isOver(long nowNanos) {
        return silentSinceNanos != Long.MIN_VALUE && nowNanos - silentSinceNanos >= withoutGateway.toNanos()
                || stuckSinceNanos != Long.MIN_VALUE && nowNanos - stuckSinceNanos >= WITHOUT_PROGRESS.toNanos();
    }

    long nextPauseMillis() {
        long pause = nextMillis;
        nextMillis = Math.min(nextMillis * 2, LONGEST_MILLIS);
        return pause;
    }
}
