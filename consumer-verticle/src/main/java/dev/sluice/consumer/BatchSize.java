package dev.sluice.consumer;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * How many events a transaction takes. What a transaction takes by itself (a slow network, a disk, a machine that others
 * use) no smaller batch makes shorter, and smaller batches pay it more often; so only the events' own share counts, and it
 * may be as long as it is told (20 ms), or as the transaction itself. Full batches below half of that double the limit, batches above
 * twice of it halve it; batches that were not full say nothing about larger ones.
 *
 * <p>The two shares are a line through the newest batches (size, duration), older ones fading: least squares. While all
 * have the same size nothing tells them apart: then a slow full batch is followed by smaller ones (or, from one event on,
 * by a larger one), just to see. Pure.
 */
final class BatchSize {

    static final Duration USUAL = Duration.ofMillis(20);
    private static final int START = 64;
    /** A batch that an outage has held up, or one that is far too large: no line goes through it. */
    private static final double LONGEST_MILLIS = 1_000;
    private static final double FADING = 0.8;
    /** Deviation of the sizes, as a share of their mean, from which a line can be drawn. */
    private static final double LEAST_DEVIATION = 0.1;

    private final int most;
    private final double aimMillis;
    private int limit;
    private double weight;
    private double sizes;
    private double times;
    private double squares;
    private double products;

    BatchSize(int most, Duration aim) {
        this.most = most;
        this.aimMillis = aim.toMillis();
        this.limit = Math.min(START, most);
    }

    int limit() {
        return limit;
    }

    void onCommitted(int size, long millis) {
        boolean full = size >= limit;
        if (millis > LONGEST_MILLIS) {
            forget();
            shrinkTo(size);
            return;
        }
        remember(size, millis);
        OptionalDouble byItself = timeOfNone();
        if (byItself.isEmpty() && full && millis > aimMillis) {
            limit = Math.min(most, limit == 1 ? 2 : limit / 2);
            return;
        }
        double fixed = Math.min(byItself.orElse(0), millis);
        double own = millis - fixed;
        double allowed = Math.max(aimMillis, fixed);
        if (own > allowed * 2) {
            shrinkTo(size);
        } else if (full && own < allowed / 2) {
            limit = Math.min(most, limit * 2);
        } else if (full && own < allowed) {
            limit = Math.min(most, limit + Math.max(1, limit / 8));
        }
    }

    private void shrinkTo(int size) {
        limit = Math.max(1, Math.min(limit, size) / 2);
    }

    private void forget() {
        weight = 0;
        sizes = 0;
        times = 0;
        squares = 0;
        products = 0;
    }

    private void remember(double size, double time) {
        weight = weight * FADING + 1;
        sizes = sizes * FADING + size;
        times = times * FADING + time;
        squares = squares * FADING + size * size;
        products = products * FADING + size * time;
    }

    /** Milliseconds that a batch without events would take; empty while that can't be told. */
    private OptionalDouble timeOfNone() {
        double mean = sizes / weight;
        double spread = squares / weight - mean * mean;
        if (spread < Math.pow(LEAST_DEVIATION * mean, 2)) {
            return OptionalDouble.empty();
        }
        double perEvent = Math.max(0, (products / weight - mean * times / weight) / spread);
        return OptionalDouble.of(Math.max(0, times / weight - perEvent * mean));
    }
}
