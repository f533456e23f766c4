package dev.sluice.consumer;

import com.sun.management.ThreadMXBean;
import dev.sluice.event.Outcome;
import dev.sluice.trace.Traces;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

class EventSpansTest {

    private static final int EVENTS = 200_000;
    private static final Future<String> DONE = Future.succeededFuture("done");
    private static final Function<UnaryOperator<SqlConnection>, Future<String>> ATTEMPT = watching -> DONE;
    private static final Runnable MEASURING = () -> { };

    private final EventSpans spans = new EventSpans(Traces.OFF, "audit", "audit");
    private final List<Work> one = List.of(Works.work(Works.partition(0), 1));

    /** Less than a byte an event: what the measuring itself takes. */
    @Test
    void shouldAllocateNothingWhileTracingIsOff() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        way();
        long before = threads.getCurrentThreadAllocatedBytes();
        long began = System.nanoTime();
        way();
        double nanos = (double) (System.nanoTime() - began) / EVENTS;
        double bytes = (double) (threads.getCurrentThreadAllocatedBytes() - before) / EVENTS;

        System.out.printf("tracing off: %.3f bytes and %.1f ns an event%n", bytes, nanos);
        assertThat(bytes).isLessThan(1);
    }

    /** As an event that has a transaction of its own goes. */
    private void way() {
        for (int i = 0; i < EVENTS; i++) {
            Work work = one.get(0);
            spans.transaction(one, ATTEMPT);
            spans.onSettled(work, Outcome.APPLIED, MEASURING);
            spans.onEnded(work);
        }
    }
}
