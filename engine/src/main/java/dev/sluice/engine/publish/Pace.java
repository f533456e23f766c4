package dev.sluice.engine.publish;

import java.util.concurrent.locks.LockSupport;

/** A steady rate: what was late is caught up, so that the average holds. */
final class Pace {

    private final double nanosPerEvent;
    private final long startNanos;
    private long events;

    /** @param perSecond 0: as fast as it goes */
    Pace(double perSecond, long startNanos) {
        this.nanosPerEvent = perSecond == 0 ? 0 : 1e9 / perSecond;
        this.startNanos = startNanos;
    }

    void awaitTurn() {
        long due = startNanos + (long) (events++ * nanosPerEvent);
        for (long left = due - System.nanoTime(); nanosPerEvent > 0 && left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
