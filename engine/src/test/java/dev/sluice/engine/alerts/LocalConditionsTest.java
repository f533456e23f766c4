package dev.sluice.engine.alerts;

import dev.sluice.bus.AlertReport;
import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class LocalConditionsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private double latency;

    /** Of a group whose batches may take 100 ms, and of one whose batches are the usual ones. */
    @Test
    void shouldTakeForSlowWhatIsAboveTheLimitWhereTheGroupRuns() {
        measured("large", 0.13);
        measured("usual", 0.05);
        latency = 0.1;
        assertThat(slow(Map.of())).containsExactly("usual");

        latency = 0.131;
        assertThat(slow(Map.of())).containsExactlyInAnyOrder("large", "usual");
    }

    @Test
    void shouldTakeItsOwnLimitWhereNoneIsMeasured() {
        Meter.DOWNSTREAM_LATENCY.gauge(registry, () -> latency, "audit");
        latency = 0.051;
        assertThat(slow(Map.of())).containsExactly("audit");

        Meter.DOWNSTREAM_LATENCY_LIMIT.gauge(registry, () -> Double.NaN, "audit");
        assertThat(slow(Map.of())).containsExactly("audit");
    }

    @Test
    void shouldTakeAnOperatorsLimitBeforeTheMeasuredOne() {
        measured("large", 0.13);
        latency = 0.1;

        assertThat(slow(Map.of("DownstreamSlow", new AlertSettings.Limit(0.09, null)))).containsExactly("large");
        assertThat(slow(Map.of("DownstreamSlow", new AlertSettings.Limit(null, Duration.ofMinutes(5))))).isEmpty();
    }

    private void measured(String group, double limit) {
        Meter.DOWNSTREAM_LATENCY.gauge(registry, () -> latency, group);
        Meter.DOWNSTREAM_LATENCY_LIMIT.gauge(registry, () -> limit, group);
    }

    private List<String> slow(Map<String, AlertSettings.Limit> limits) {
        AlertReport report = new LocalConditions(registry, "node-1", new AlertSettings("", Duration.ofSeconds(10),
                Duration.ofHours(4), Duration.ofMinutes(1), limits)).evaluate();
        return report.values().stream().filter(value -> value.alert().equals("DownstreamSlow"))
                .map(value -> value.labels().get("group")).toList();
    }
}
