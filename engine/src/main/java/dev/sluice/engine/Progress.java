package dev.sluice.engine;

import dev.sluice.engine.publish.Summary;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One line on a terminal that is rewritten, and complaints above it. Without a terminal, complaints only. No colours. */
final class Progress {

    private static final String CLEAR = "\r\033[K";
    private static final long PERIOD_MILLIS = 200;

    private final PrintWriter err;
    private final boolean terminal;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });

    Progress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    void follow(Supplier<Summary> soFar) {
        if (terminal) {
            timer.scheduleAtFixedRate(() -> show(soFar.get()), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    synchronized void complain(String text) {
        err.println((terminal ? CLEAR : "") + text);
        err.flush();
    }

    synchronized void end() {
        timer.shutdownNow();
        err.print(terminal ? CLEAR : "");
        err.flush();
    }

    private synchronized void show(Summary summary) {
        if (!timer.isShutdown()) {
            err.print(CLEAR + String.format(Locale.ROOT, "%,d events, %,.0f/s", summary.sent(), summary.eventsPerSecond()));
            err.flush();
        }
    }
}
