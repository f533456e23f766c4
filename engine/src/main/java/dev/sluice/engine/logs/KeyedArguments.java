package dev.sluice.engine.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.sluice.trace.LogScope;
import net.logstash.logback.composite.AbstractJsonProvider;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes fields of the keys that a message names: {@code "group={} eventId={} ..."} becomes {@code "group": "audit",
 * "eventId": "..."}. So text and JSON say the same, and each log call says it once. What the line does not say of the event that is worked
 * on, its {@link LogScope} adds: so a handler's own lines name their event, too.
 */
final class KeyedArguments extends AbstractJsonProvider<ILoggingEvent> {

    private static final Pattern PLACEHOLDER = Pattern.compile("(?:\\b([A-Za-z][A-Za-z0-9]*)=)?\\{}");
    /** Names that the encoder itself writes. */
    private static final Set<String> TAKEN = Set.of("message", "level", "node", "tags");

    @Override
    public void writeTo(JsonGenerator json, ILoggingEvent event) throws IOException {
        Set<String> written = new HashSet<>(TAKEN);
        if (event.getArgumentArray() != null && event.getMessage() != null) {
            writeNamed(json, event, written);
        }
        for (Map.Entry<String, String> field : LogScope.fields().entrySet()) {
            if (written.add(field.getKey())) {
                json.writeStringField(field.getKey(), field.getValue());
            }
        }
    }

    private static void writeNamed(JsonGenerator json, ILoggingEvent event, Set<String> written) throws IOException {
        Object[] arguments = event.getArgumentArray();
        Matcher placeholder = PLACEHOLDER.matcher(event.getMessage());
        for (int i = 0; i < arguments.length && placeholder.find(); i++) {
            String key = placeholder.group(1);
            if (key != null && arguments[i] != null && written.add(key)) {
                write(json, key, arguments[i]);
            }
        }
    }

    private static void write(JsonGenerator json, String key, Object value) throws IOException {
        if (value instanceof Integer || value instanceof Long) {
            json.writeNumberField(key, ((Number) value).longValue());
        } else if (value instanceof Boolean bool) {
            json.writeBooleanField(key, bool);
        } else {
            json.writeStringField(key, String.valueOf(value));
        }
    }
}
