package dev.sluice.engine.logs;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.sluice.trace.LogScope;

import java.util.stream.Collectors;

/** {@code %scope} of a pattern: what the line is about, as far as it does not say so itself. */
public final class ScopeConverter extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        String message = event.getFormattedMessage() == null ? "" : event.getFormattedMessage();
        return LogScope.fields().entrySet().stream().filter(field -> !message.contains(field.getKey() + "="))
                .map(field -> " " + field.getKey() + "=" + field.getValue()).collect(Collectors.joining());
    }
}
