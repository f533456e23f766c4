package dev.sluice.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;

import java.util.List;
import java.util.Optional;

/**
 * Spans, as far as they are wanted: whoever makes one asks {@link #areOn} first, so that without tracing it costs one
 * test of a field. Contexts travel as W3C {@code traceparent}: in HTTP, in Kafka's headers, and with every record that is
 * moved, so that an event's retries stay in its trace. Any thread.
 */
public final class Traces {

    /** Name of the HTTP header and of the Kafka header. */
    public static final String HEADER = "traceparent";
    public static final Traces OFF = new Traces(null);

    /** The whole carrier is the one header. */
    private static final TextMapGetter<String> ONE_HEADER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
            return List.of(HEADER);
        }

        @Override
        public String get(String carrier, String key) {
            return HEADER.equals(key) ? carrier : null;
        }
    };

    /** Null when off. */
    private final Tracer tracer;

    private Traces(Tracer tracer) {
        this.tracer = tracer;
    }

    public static Traces with(Tracer tracer) {
        return new Traces(tracer);
    }

    public boolean areOn() {
        return tracer != null;
    }

    /** Only while they are on. @param parent a traceparent; null or nonsense: a trace begins here */
    public SpanBuilder span(String name, SpanKind kind, String parent) {
        return tracer.spanBuilder(name).setSpanKind(kind).setParent(context(parent));
    }

    /** What a traceparent names; empty for null and nonsense. */
    public static Optional<SpanContext> contextOf(String traceparent) {
        return Optional.of(Span.fromContext(context(traceparent)).getSpanContext()).filter(SpanContext::isValid);
    }

    /** For a log line. @return the trace's id, or "none" */
    public static String idOf(String traceparent) {
        return traceparent == null ? "none" : contextOf(traceparent).map(SpanContext::getTraceId).orElse("none");
    }

    private static Context context(String traceparent) {
        return traceparent == null ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, ONE_HEADER);
    }

    public static String traceparent(SpanContext span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
    }
}
