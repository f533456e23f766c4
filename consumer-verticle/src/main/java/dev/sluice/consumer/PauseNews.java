package dev.sluice.consumer;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.GroupLoad;
import dev.sluice.bus.GroupPause;
import io.vertx.core.Vertx;

import java.util.Collection;

/** Tells every 2 s how the subscriptions fare, and which wait on purpose: nobody is to take those for frozen. */
final class PauseNews {

    private static final long PERIOD_MILLIS = 2_000;

    private PauseNews() {
    }

    /** On the caller's context. @return the timer */
    static long tell(Vertx vertx, Bus bus, Collection<SubscriptionRun> runs) {
        return vertx.setPeriodic(PERIOD_MILLIS, timer -> runs.forEach(run -> {
            bus.announce(Addresses.LOADS, new GroupLoad(run.group(), run.instanceId(), run.breakerOpenness() > 0,
                    Double.isNaN(run.latencySeconds()) ? -1 : run.latencySeconds(), run.latencyLimitSeconds()));
            run.pause().ifPresent(reason ->
                    bus.announce(Addresses.PAUSES, new GroupPause(run.group(), run.instanceId(), reason)));
        }));
    }
}
