package dev.sluice.engine.operations;

import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures on every event loop how late it comes to a timer, and how many tasks wait for it. */
public final class LoopWatch {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Of one loop. The reader is another thread; a loop that is stuck right now is as late as it is stuck. */
    private static final class Loop {
        private volatile long lastNanos = System.nanoTime();
        private volatile long worstNanos;
        private volatile long worstAtNanos = System.nanoTime();

        private void onTimer() {
            long now = System.nanoTime();
            long late = now - lastNanos - PERIOD_NANOS;
            if (late >= worstNanos || now - worstAtNanos > WINDOW_NANOS) {
                worstNanos = Math.max(0, late);
                worstAtNanos = now;
            }
            lastNanos = now;
        }

        private double seconds() {
            return Math.max(worstNanos, System.nanoTime() - lastNanos - PERIOD_NANOS) / 1e9;
        }
    }

    private LoopWatch() {
    }

    public static void start(Vertx vertx, MeterRegistry registry) {
        List<Loop> loops = new ArrayList<>();
        List<EventExecutor> executors = new ArrayList<>();
        for (EventExecutor executor : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            if (executor instanceof EventLoop) {
                Loop loop = new Loop();
                loops.add(loop);
                executors.add(executor);
                executor.scheduleAtFixedRate(loop::onTimer, PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS);
            }
        }
        Meter.EVENT_LOOP_DELAY_SECONDS.gauge(registry, () -> loops.stream().mapToDouble(Loop::seconds).max().orElse(0));
        Meter.EVENT_LOOP_TASKS.gauge(registry, () -> executors.stream()
                .filter(SingleThreadEventExecutor.class::isInstance)
                .mapToInt(executor -> ((SingleThreadEventExecutor) executor).pendingTasks()).max().orElse(0));
    }
}
