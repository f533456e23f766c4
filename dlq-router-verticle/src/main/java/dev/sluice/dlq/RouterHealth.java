package dev.sluice.dlq;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.function.LongSupplier;

/** Whether failures find their way. One log line when they stop to, one when they do again. One thread. */
final class RouterHealth {

    private static final Logger LOG = LoggerFactory.getLogger(RouterHealth.class);
    /** After so long without a question nobody waits for a way any more. */
    private static final long MEMORY_MILLIS = 60_000;

    private final LongSupplier clock;
    /** Empty while the last failure found its way. */
    private Optional<String> reason = Optional.empty();
    private long lastMillis;

    RouterHealth(LongSupplier clock) {
        this.clock = clock;
    }

    void onRouted() {
        if (reason.isPresent()) {
            LOG.info("failures find their way again");
            reason = Optional.empty();
        }
    }

    void onNotRouted(String why) {
        if (reason.isEmpty()) {
            LOG.warn("a failure can't be routed, its partition waits: reason={}", why);
        }
        reason = Optional.of(why);
        lastMillis = clock.getAsLong();
    }

    Optional<String> fault() {
        return reason.filter(why -> clock.getAsLong() - lastMillis < MEMORY_MILLIS);
    }
}
