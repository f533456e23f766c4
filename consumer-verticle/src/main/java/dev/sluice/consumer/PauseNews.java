package dev.sluice.consumer;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.GroupPause;
import io.vertx.core.Vertx;

import java.util.Collection;

/** Tells every 2 s which subscriptions wait on purpose, so that nobody takes them for frozen without knowing why. */
final class PauseNews {

    private static final long PERIOD_MILLIS = 2_000;

    private PauseNews() {
    }

    /** On the caller's context. @return the timer */
    static long tell(Vertx vertx, Bus bus, Collection<SubscriptionRun> runs) {
        return vertx.setPeriodic(PERIOD_MILLIS, timer -> runs.forEach(run -> run.pause().ifPresent(reason ->
                bus.announce(Addresses.PAUSES, new GroupPause(run.group(), run.instanceId(), reason)))));
    }
}
