package dev.sluice.engine.deploy;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/** One bound for several waits in a row: what an early one uses, the later ones don't have. */
final class Deadline {

    private static final Logger LOG = LoggerFactory.getLogger(Deadline.class);
    /** Even when nothing is left, a step that needs no waiting gets its chance. */
    private static final Duration LEAST = Duration.ofMillis(200);

    private final long endNanos;

    private Deadline(long endNanos) {
        this.endNanos = endNanos;
    }

    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    Duration left() {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        return left.compareTo(LEAST) < 0 ? LEAST : left;
    }

    /** @return whether it was done in time; if not, or if it failed, the log says so */
    boolean await(String what, Future<?> step) {
        long start = System.nanoTime();
        try {
            Await.within(left(), what, step);
            LOG.debug("stopped part={} millis={}", what, (System.nanoTime() - start) / 1_000_000);
            return true;
        } catch (StartRefused e) {
            LOG.warn("not stopped in order part={} millis={} reason={}", what, (System.nanoTime() - start) / 1_000_000,
                    e.getMessage());
            return false;
        }
    }
}
