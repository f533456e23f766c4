package dev.sluice.engine.tracing;

import dev.sluice.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** How many traces are kept; nobody takes them. */
class TelemetryTest {

    private static final int TRACES = 5_000;
    private static final String KEPT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String NOT_KEPT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    @Test
    void shouldKeepTheShareOfTheTracesThatIsConfigured() {
        assertThat(keptOf(0.1, null)).isBetween(TRACES * 8 / 100, TRACES * 12 / 100);
        assertThat(keptOf(1, null)).isEqualTo(TRACES);
        assertThat(keptOf(0, null)).isZero();
    }

    @Test
    void shouldKeepACallersDecision() {
        assertThat(keptOf(0, KEPT)).isEqualTo(TRACES);
        assertThat(keptOf(1, NOT_KEPT)).isZero();
    }

    @Test
    void shouldBeOffWithoutAnEndpoint() {
        assertThat(new Telemetry(new TracingSettings("", 1), "node-1").traces()).isSameAs(Traces.OFF);
    }

    private static int keptOf(double sample, String parent) {
        Telemetry telemetry = new Telemetry(new TracingSettings("http://127.0.0.1:1/v1/traces", sample), "node-1");
        int kept = 0;
        for (int i = 0; i < TRACES; i++) {
            Span span = telemetry.traces().span("POST /v1/events", SpanKind.SERVER, parent).startSpan();
            kept += span.getSpanContext().isSampled() ? 1 : 0;
        }
        telemetry.close(Duration.ofMillis(100));
        return kept;
    }
}
