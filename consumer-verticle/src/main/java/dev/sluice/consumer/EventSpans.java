package dev.sluice.consumer;

import dev.sluice.event.FailureHeaders;
import dev.sluice.event.Outcome;
import dev.sluice.trace.TraceOnThread;
import dev.sluice.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A span {@code process.event} for each event, in the trace that its record names, from its poll to its outcome; and one
 * for each transaction, within that of its event (of a batch: the first one that is sampled, linked with all the others),
 * with one for each of its statements. Without tracing it does nothing. Event loop only.
 */
final class EventSpans {

    private final Traces traces;
    private final String group;
    private final String statement;
    /** Events under way. */
    private final Map<Work, Span> open = new HashMap<>();

    EventSpans(Traces traces, String group, String handler) {
        this.traces = traces;
        this.group = group;
        this.statement = "BEGIN; INSERT INTO processed_events ...; handler " + handler + "; COMMIT";
    }

    /** Follows an attempt at these works, and each statement of it. */
    <T> Future<T> transaction(List<Work> works, Function<UnaryOperator<SqlConnection>, Future<T>> attempt) {
        if (!traces.areOn()) {
            return attempt.apply(UnaryOperator.identity());
        }
        List<Span> events = works.stream().map(this::spanOf).toList();
        Span home = events.stream().filter(Span::isRecording).findFirst().orElse(events.get(0));
        SpanBuilder transaction = traces.span("transaction", SpanKind.CLIENT, Traces.traceparent(home.getSpanContext()));
        events.forEach(event -> transaction.addLink(event.getSpanContext()));
        Span span = transaction.setAttribute("db.system", "postgresql").setAttribute("db.statement", statement)
                .setAttribute("messaging.batch.message_count", works.size())
                .setAttribute("messaging.consumer.group.name", group).startSpan();
        events.stream().filter(event -> event != home).forEach(event -> event.addLink(span.getSpanContext()));
        String parent = Traces.traceparent(span.getSpanContext());
        UnaryOperator<SqlConnection> watching = !span.isRecording() ? UnaryOperator.identity()
                : connection -> TracedConnection.of(connection, sql -> statement(parent, sql));
        return attempt.apply(watching).onComplete(done -> {
            if (done.failed()) {
                span.setStatus(StatusCode.ERROR, String.valueOf(done.cause()));
            }
            span.end();
        });
    }

    private Span statement(String parent, String sql) {
        String operation = sql.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
        return traces.span(operation, SpanKind.CLIENT, parent).setAttribute("db.system", "postgresql")
                .setAttribute("db.operation.name", operation).setAttribute("db.statement", sql)
                .setAttribute("db.query.text", sql).startSpan();
    }

    /** @param measuring what belongs to the event's span */
    void onSettled(Work work, Outcome outcome, Runnable measuring) {
        if (!traces.areOn()) {
            measuring.run();
            return;
        }
        Span span = spanOf(work);
        open.remove(work);
        TraceOnThread.within(span.getSpanContext(), measuring);
        span.setAttribute("status", outcome.column());
        if (outcome == Outcome.RETRYING || outcome == Outcome.DEAD) {
            span.setStatus(StatusCode.ERROR, outcome.column());
        }
        span.end();
    }

    /** Without an outcome: its partition was taken away. */
    void onEnded(Work work) {
        Span span = open.remove(work);
        if (span != null) {
            span.setAttribute("status", "abandoned").end();
        }
    }

    private Span spanOf(Work work) {
        return open.computeIfAbsent(work, this::start);
    }

    private Span start(Work work) {
        long polledAgo = System.nanoTime() - work.polledNanos();
        return traces.span("process.event", SpanKind.CONSUMER, work.record().header(Traces.HEADER))
                .setStartTimestamp(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - polledAgo, TimeUnit.NANOSECONDS)
                .setAttribute("event.id", work.eventId())
                .setAttribute("messaging.system", "kafka").setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.destination", work.record().topic())
                .setAttribute("messaging.destination.name", work.record().topic())
                .setAttribute("messaging.destination.partition.id", Integer.toString(work.record().partition()))
                .setAttribute("messaging.kafka.offset", work.record().offset())
                .setAttribute("partition", work.record().partition()).setAttribute("offset", work.record().offset())
                .setAttribute("messaging.consumer.group.name", group)
                .setAttribute("retry.count", retries(work))
                .setAttribute("db.statement", statement).startSpan();
    }

    private static long retries(Work work) {
        String count = work.record().header(FailureHeaders.RETRY_COUNT);
        return count != null && count.matches("\\d{1,9}") ? Long.parseLong(count) : 0;
    }
}
