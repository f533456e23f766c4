package dev.sluice.engine.config;

import dev.sluice.config.InvalidSetting;
import dev.sluice.engine.logs.LogFormat;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * The process as an operator sees it.
 *
 * @param port          of health, metrics and the admin API; 0: a free one
 * @param startDeadline longest wait for Kafka and PostgreSQL, and for each verticle to start
 * @param stopDeadline  longest time of an orderly stop
 */
public record OperationsSettings(String host, int port, Duration startDeadline, Duration stopDeadline, String logLevel,
                                 LogFormat logFormat) {

    private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");

    public OperationsSettings {
        InvalidSetting.requireText("operations.host", host, "a host name or address");
        InvalidSetting.unless(port >= 0 && port < 65536, "operations.port", port, "0 to 65535");
        InvalidSetting.unless(startDeadline != null && startDeadline.toMillis() > 0, "operations.start-deadline",
                startDeadline, "a duration above 0ms");
        InvalidSetting.unless(stopDeadline != null && stopDeadline.toMillis() > 0, "operations.stop-deadline",
                stopDeadline, "a duration above 0ms");
        InvalidSetting.unless(logLevel != null && LEVELS.contains(logLevel.toLowerCase(Locale.ROOT)),
                "operations.log-level", logLevel, "error, warn, info, debug or trace");
        InvalidSetting.unless(logFormat != null, "operations.log-format", "null", "text or json");
    }
}
