package dev.sluice.gateway;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Pauses of one who looks again and again: each twice as long as the one before, and up to a fifth shorter or longer, so
 * that gateways do not look in step. Pure. In ms.
 */
final class Backoff {

    private static final double JITTER = 0.2;
    /** Nobody waits so long; it keeps the doubling from running over. */
    private static final long LONGEST = Duration.ofMinutes(1).toMillis();

    private final long first;
    private final DoubleSupplier random;
    private long next;

    /** @param random from 0 to 1 */
    Backoff(Duration first, DoubleSupplier random) {
        this.first = first.toMillis();
        this.random = random;
        this.next = this.first;
    }

    long next() {
        long pause = Math.round(next * (1 + JITTER * (2 * random.getAsDouble() - 1)));
        next = Math.min(2 * next, LONGEST);
        return pause;
    }

    /** It was not in vain. */
    void reset() {
        next = first;
    }
}
