package dev.sluice.bus;

import dev.sluice.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every verticle has from the process it runs in.
 *
 * @param name unique in the deployment, and kept between starts
 */
public record Node(String name, Bus bus, MeterRegistry meters, Traces traces) {

    private static final long BEAT_MILLIS = 2_000;

    /** Without tracing. */
    public Node(String name, Bus bus, MeterRegistry meters) {
        this(name, bus, meters, Traces.OFF);
    }

    /**
     * Announces the health of a verticle's instance now and every 2 s, on the caller's context.
     *
     * @param fault what is wrong, for an operator; empty when nothing is
     * @return the timer, for {@link Vertx#cancelTimer}
     */
    public long beat(Vertx vertx, String component, String instance, Supplier<Optional<String>> fault) {
        Runnable announce = () -> {
            Optional<String> reason = fault.get();
            bus.announce(Addresses.HEALTH,
                    new ComponentHealth(name, component, instance, reason.isEmpty(), reason.orElse("")));
        };
        announce.run();
        return vertx.setPeriodic(BEAT_MILLIS, timer -> announce.run());
    }
}
