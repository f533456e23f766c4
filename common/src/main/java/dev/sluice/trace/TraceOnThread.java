package dev.sluice.trace;

import io.opentelemetry.api.trace.SpanContext;

/** The span that what is measured now belongs to: an exemplar of a histogram names it. For one thread at a time. */
public final class TraceOnThread {

    private static final ThreadLocal<SpanContext> CURRENT = new ThreadLocal<>();

    private TraceOnThread() {
    }

    /** @return null outside of {@link #within} */
    public static SpanContext current() {
        return CURRENT.get();
    }

    public static void within(SpanContext span, Runnable measuring) {
        CURRENT.set(span);
        try {
            measuring.run();
        } finally {
            CURRENT.remove();
        }
    }
}
