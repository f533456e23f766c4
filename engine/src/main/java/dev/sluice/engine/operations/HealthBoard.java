package dev.sluice.engine.operations;

import dev.sluice.bus.ComponentHealth;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.MeterRegistry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Last sign of life of every part of a node. Red is a part that says so, one silent for 10 s, and one of which fewer
 * instances were heard than were deployed. Any thread may call.
 */
public final class HealthBoard {

    private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private record Part(String component, String instance) {
    }

    private record Sign(boolean healthy, String reason, long atNanos) {
    }

    private final Map<Part, Sign> signs = new ConcurrentHashMap<>();
    private final Map<String, Integer> expected = new ConcurrentHashMap<>();
    private final MeterRegistry meters;
    private volatile boolean started;

    public HealthBoard(MeterRegistry meters) {
        this.meters = meters;
    }

    /** @param instances that must be heard of; a component may announce more, each counts */
    public void expect(String component, int instances) {
        if (expected.put(component, instances) == null) {
            Meter.COMPONENT_UP.gauge(meters,
                    () -> stateOf(component, expected.get(component), System.nanoTime()).up() ? 1 : 0, component);
        }
    }

    /** From here on the node can be ready; before, it never is. */
    public void onStarted() {
        started = true;
    }

    /** Stopping has begun: not ready any more. */
    public void onStopping() {
        started = false;
    }

    public void heard(ComponentHealth health, long nowNanos) {
        signs.put(new Part(health.component(), health.instance()),
                new Sign(health.healthy(), health.reason(), nowNanos));
    }

    public Readiness readiness(long nowNanos) {
        Map<String, Readiness.Component> components = new TreeMap<>();
        expected.forEach((component, instances) -> components.put(component, stateOf(component, instances, nowNanos)));
        boolean allUp = components.values().stream().allMatch(Readiness.Component::up);
        return new Readiness(started && allUp, started, components);
    }

    private Readiness.Component stateOf(String component, int instances, long nowNanos) {
        List<Map.Entry<Part, Sign>> heard = signs.entrySet().stream()
                .filter(entry -> entry.getKey().component.equals(component)).toList();
        if (heard.size() < instances) {
            return Readiness.Component.down(heard.size() + " of " + instances + " instances heard of");
        }
        for (Map.Entry<Part, Sign> entry : heard) {
            Sign sign = entry.getValue();
            if (!sign.healthy) {
                return Readiness.Component.down(sign.reason);
            }
            if (nowNanos - sign.atNanos > SILENCE_NANOS) {
                return Readiness.Component.down("silent for more than " + SILENCE_NANOS / 1_000_000_000 + " s: "
                        + entry.getKey().instance);
            }
        }
        return new Readiness.Component(true, "");
    }
}
