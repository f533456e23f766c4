package dev.sluice.engine.publish;

import java.util.concurrent.Semaphore;

/** Bounds what has been read and is not settled, in bytes: the reader waits when it is used up. */
final class ByteBudget {

    /** What a line costs beside its text. */
    private static final int OVERHEAD = 256;

    private final Semaphore free;

    /** @param bytes more than the longest line */
    ByteBudget(int bytes) {
        this.free = new Semaphore(bytes);
    }

    void acquire(Line line) throws InterruptedException {
        free.acquire(cost(line));
    }

    void release(Line line) {
        free.release(cost(line));
    }

    private static int cost(Line line) {
        return line.json().length + OVERHEAD;
    }
}
