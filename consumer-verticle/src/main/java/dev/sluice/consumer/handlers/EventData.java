package dev.sluice.consumer.handlers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;

import java.math.BigDecimal;

/**
 * An event's data as a JSON object, read field by field. What is not as it must be is a {@link PermanentFailure} that
 * names the field and what is allowed, never what was there.
 */
final class EventData {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build().readerFor(JsonNode.class);
    /** Digits of a number, before and after its point; a short text can stand for gigabytes of them. */
    private static final int MOST_DIGITS = 1_000;

    private final Event event;
    private final JsonNode data;

    private EventData(Event event, JsonNode data) {
        this.event = event;
        this.data = data;
    }

    static EventData of(Event event) {
        String json = Columns.json(event);
        try {
            JsonNode data = json == null ? null : JSON.readTree(json);
            if (data != null && data.isObject()) {
                return new EventData(event, data);
            }
        } catch (JsonProcessingException e) {
            throw new PermanentFailure("event " + event.id() + ": data is no JSON", e);
        }
        throw new PermanentFailure("event " + event.id() + ": data must be a JSON object");
    }

    /** A text that is there and not blank. */
    String requireText(String field) {
        String text = text(field);
        if (text == null || text.isBlank()) {
            throw refused(field, "a text that is not blank");
        }
        return text;
    }

    /** Null when the field is not there, or null. A whole number counts as text. */
    String text(String field) {
        JsonNode value = data.path(field);
        if (isAbsent(value)) {
            return null;
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw refused(field, "a text");
        }
        return value.asText();
    }

    /** A number, or text with a decimal number in it, exact; null when the field is not there, or null. */
    BigDecimal decimal(String field) {
        JsonNode value = data.path(field);
        if (isAbsent(value)) {
            return null;
        }
        try {
            if (value.isNumber() || value.isTextual()) {
                BigDecimal decimal = value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText());
                if (Math.abs((long) decimal.scale()) <= MOST_DIGITS && decimal.precision() <= MOST_DIGITS) {
                    return decimal;
                }
            }
        } catch (NumberFormatException noNumber) {
            throw refused(field, "a decimal number");
        }
        throw refused(field, "a decimal number of at most " + MOST_DIGITS + " digits");
    }

    PermanentFailure refused(String field, String allowed) {
        return new PermanentFailure("event " + event.id() + ": data." + field + " must be " + allowed);
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }
}
