package dev.sluice.gateway;

import dev.sluice.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

import java.util.function.Function;

/**
 * The spans of one request: its own, and one for each event that it publishes. Without tracing a caller's trace still goes
 * on with the event, for those behind Sluice, and for the log.
 */
final class RequestTrace {

    private static final RequestTrace NONE = new RequestTrace(Traces.OFF, null, "", null);

    private final Traces traces;
    /** Of the request; null when tracing is off. */
    private final Span span;
    private final String topic;

    /** Of the caller, to be handed on; null when there is none, or when it is this process that traces. */
    private final String callers;

    private RequestTrace(Traces traces, Span span, String topic, String callers) {
        this.traces = traces;
        this.span = span;
        this.topic = topic;
        this.callers = callers;
    }

    /** Within the caller's trace when the request names one. To be ended with the response. */
    static RequestTrace of(Traces traces, HttpServerRequest request, String topic) {
        if (!traces.areOn()) {
            String callers = request.getHeader(Traces.HEADER);
            return callers == null || Traces.contextOf(callers).isEmpty() ? NONE
                    : new RequestTrace(traces, null, topic, callers);
        }
        Span span = traces.span("POST " + request.path(), SpanKind.SERVER, request.getHeader(Traces.HEADER))
                .setAttribute("http.request.method", "POST").setAttribute("url.path", request.path()).startSpan();
        return new RequestTrace(traces, span, topic, null);
    }

    /** Not by the response's one and only end handler, which is the {@link ConnectionWatch}'s. */
    void end(HttpServerResponse response) {
        if (span != null) {
            int status = response.getStatusCode();
            span.setAttribute("http.response.status_code", status);
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }

    /** @param take with an event that carries its span to Kafka */
    Future<EventOutcome> publish(Reading reading, Function<Reading, Future<EventOutcome>> take) {
        if (!(reading instanceof Reading.Valid valid)) {
            return take.apply(reading);
        }
        if (span == null) {
            return take.apply(callers == null ? reading : new Reading.Valid(valid.event().within(callers)));
        }
        Span publishing = traces.span("publish " + topic, SpanKind.PRODUCER, Traces.traceparent(span.getSpanContext()))
                .setAttribute("messaging.system", "kafka").setAttribute("messaging.operation.type", "send")
                .setAttribute("messaging.destination", topic).setAttribute("messaging.destination.name", topic)
                .setAttribute("messaging.message.id", valid.event().id()).setAttribute("event.id", valid.event().identity())
                .startSpan();
        return take.apply(new Reading.Valid(valid.event().within(Traces.traceparent(publishing.getSpanContext()))))
                .onComplete(outcome -> {
                    publishing.setAttribute("status", outcome.succeeded() ? outcome.result().getClass().getSimpleName() : "failed");
                    if (outcome.failed()) {
                        publishing.setStatus(StatusCode.ERROR, outcome.cause().toString());
                    }
                    publishing.end();
                });
    }
}
