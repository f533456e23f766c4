package dev.sluice.dlq;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;

import java.time.Clock;

/** What the instances of one process have in common, because a repeated question may reach any of them. */
record ProcessShare(Routes routes, RouteMeters meters) implements Shareable {

    static ProcessShare of(Vertx vertx, MeterRegistry registry, Clock clock) {
        return vertx.sharedData().<String, ProcessShare>getLocalMap("sluice.dlq").computeIfAbsent("share",
                absent -> new ProcessShare(new Routes(clock::millis), new RouteMeters(registry, clock)));
    }
}
