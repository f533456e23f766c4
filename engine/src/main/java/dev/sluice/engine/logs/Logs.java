package dev.sluice.engine.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import org.slf4j.LoggerFactory;

import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** The process's log, as the settings want it. */
public final class Logs {

    private static final long LOOK_SECONDS = 5;

    private Logs() {
    }

    /** Once, at the start. @param level of Sluice's own loggers */
    public static void apply(String level, LogFormat format, String node) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger("dev.sluice").setLevel(Level.toLevel(level));
        format.encoder(context, node).ifPresent(encoder -> {
            Iterator<Appender<ILoggingEvent>> appenders =
                    context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
            appenders.forEachRemaining(appender -> {
                if (appender instanceof OutputStreamAppender<ILoggingEvent> stream) {
                    stream.stop();
                    stream.setEncoder(encoder);
                    stream.start();
                }
            });
        });
        RepeatedWarnings repeated = new RepeatedWarnings(System::nanoTime);
        repeated.start();
        context.addTurboFilter(repeated);
        context.getScheduledExecutorService().scheduleWithFixedDelay(repeated::tellWhatWasLeftOut, LOOK_SECONDS,
                LOOK_SECONDS, TimeUnit.SECONDS);
    }
}
