package dev.sluice.testing.load;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When which event may leave: event n at n / rate seconds after the start, whether or not those before were answered
 * (an open loop), and never beyond a limit that is moved up from outside. What could not leave for longer than the
 * longest debt moves the rest back, so that an outage is not followed by one huge rush. Safe for threads.
 */
public final class Pace {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final double perSecond;
    private final long longestDebtNanos;
    /** When event 0 would have left. */
    private long began = System.nanoTime();
    private long limit;
    private boolean ended;

    public Pace(double perSecond, Duration longestDebt, long limit) {
        this.perSecond = perSecond;
        this.longestDebtNanos = longestDebt.toNanos();
        this.limit = limit;
    }

    /** Events with a lower number may leave. */
    public void allowUpTo(long newLimit) {
        lock.lock();
        try {
            limit = Math.max(limit, newLimit);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits any more. */
    public void end() {
        lock.lock();
        try {
            ended = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isDue(long n) {
        lock.lock();
        try {
            return ended || n < limit && nanosUntil(n) <= 0;
        } finally {
            lock.unlock();
        }
    }

    /** @return false when the end came first */
    boolean awaitTurn(long n) throws InterruptedException {
        lock.lock();
        try {
            while (!ended) {
                long nanos = n < limit ? nanosUntil(n) : TimeUnit.SECONDS.toNanos(1);
                if (nanos <= 0) {
                    return true;
                }
                moved.awaitNanos(nanos);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private long nanosUntil(long n) {
        long nanos = began + (long) (n / perSecond * 1e9) - System.nanoTime();
        if (nanos < -longestDebtNanos) {
            began -= nanos + longestDebtNanos;
            return -longestDebtNanos;
        }
        return nanos;
    }
}
