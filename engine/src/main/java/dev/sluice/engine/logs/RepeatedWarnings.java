package dev.sluice.engine.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.Marker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Lets through ten warnings (or errors) a minute of one message, and counts the rest: once the minute is over, one line
 * says how many were left out. What differs in its values only is the same message. Any thread.
 */
final class RepeatedWarnings extends TurboFilter {

    static final int MOST = 10;
    static final long WINDOW_NANOS = 60_000_000_000L;
    private static final int MOST_MESSAGES = 1_000;
    private static final String SUMMARY = "{} more like this were left out within a minute: {}";

    private static final class Window {
        private final Logger logger;
        private final Level level;
        private final String message;
        private final long beganNanos;
        private int seen;

        private Window(Logger logger, Level level, String message, long beganNanos) {
            this.logger = logger;
            this.level = level;
            this.message = message;
            this.beganNanos = beganNanos;
        }
    }

    private final LongSupplier clock;
    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    /** @param clock nanoseconds */
    RepeatedWarnings(LongSupplier clock) {
        this.clock = clock;
    }

    @Override
    public FilterReply decide(Marker marker, Logger logger, Level level, String message, Object[] arguments, Throwable error) {
        if (message == null || !level.isGreaterOrEqual(Level.WARN) || message.equals(SUMMARY)) {
            return FilterReply.NEUTRAL;
        }
        if (windows.size() > MOST_MESSAGES) {
            windows.clear();
        }
        Window window = windows.computeIfAbsent(logger.getName() + ' ' + message,
                first -> new Window(logger, level, message, clock.getAsLong()));
        synchronized (window) {
            return ++window.seen <= MOST ? FilterReply.NEUTRAL : FilterReply.DENY;
        }
    }

    /** To be called every few seconds: ends the windows that are over. */
    void tellWhatWasLeftOut() {
        long now = clock.getAsLong();
        for (Map.Entry<String, Window> entry : windows.entrySet()) {
            Window window = entry.getValue();
            if (now - window.beganNanos >= WINDOW_NANOS && windows.remove(entry.getKey(), window)) {
                int leftOut;
                synchronized (window) {
                    leftOut = window.seen - MOST;
                }
                if (leftOut > 0) {
                    window.logger.atLevel(window.level == Level.ERROR ? org.slf4j.event.Level.ERROR : org.slf4j.event.Level.WARN)
                            .log(SUMMARY, leftOut, window.message);
                }
            }
        }
    }
}
