package dev.sluice.testing.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When which event may leave: event n at n / rate seconds after the start, whether or not those before were answered
 * (an open loop), and never beyond a limit that is moved up from outside. Safe for threads.
 */
public final class Pace {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final double perSecond;
    private final long began = System.nanoTime();
    private long limit;
    private boolean ended;

    public Pace(double perSecond, long limit) {
        this.perSecond = perSecond;
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
        return began + (long) (n / perSecond * 1e9) - System.nanoTime();
    }
}
