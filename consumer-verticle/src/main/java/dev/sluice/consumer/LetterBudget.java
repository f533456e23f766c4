package dev.sluice.consumer;

import dev.sluice.event.Outcome;

import java.util.concurrent.TimeUnit;

/**
 * Keeps the dead letters from becoming the main topic: each costs one, each event that takes effect earns one, and so does
 * each second, so that a group whose cause is mended finds out. What is spent starts nothing. Pure; event loop, but for
 * {@link #left}.
 */
final class LetterBudget {

    private final int most;
    private double left;
    private long sinceNanos;
    private volatile int shown;

    /** @param most letters in a row */
    LetterBudget(int most, long nowNanos) {
        this.most = most;
        this.left = most;
        this.sinceNanos = nowNanos;
        this.shown = most;
    }

    void onSettled(Outcome outcome, long nowNanos) {
        switch (outcome) {
            case DEAD -> move(-1, nowNanos);
            case APPLIED, SUPERSEDED -> move(1, nowNanos);
            default -> { }
        }
    }

    /** Events that may start now: each of them may end as a letter. */
    int allows(long nowNanos) {
        move(0, nowNanos);
        return Math.max(0, (int) left);
    }

    /** Letters that may still be written; below 1 nothing starts. Any thread. */
    int left() {
        return shown;
    }

    private void move(double by, long nowNanos) {
        double earned = (double) (nowNanos - sinceNanos) / TimeUnit.SECONDS.toNanos(1);
        sinceNanos = nowNanos;
        left = Math.min(most, left + earned + by);
        shown = (int) Math.floor(left);
    }
}
