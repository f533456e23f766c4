package dev.sluice.consumer.handlers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;
import dev.sluice.event.JsonDocuments;

import java.io.IOException;
import java.math.BigDecimal;

/**
 * The fields of an event's data that a handler wants, read in one pass that builds no tree. What is not as it must be is a
 * {@link PermanentFailure} that names the field and what is allowed, never what was there.
 */
final class EventData {

    private static final JsonFactory JSON = new JsonFactory();
    /** Digits of a number, before and after its point; a short text can stand for gigabytes of them. */
    private static final int MOST_DIGITS = 1_000;
    /** Sign, point and exponent on top. */
    private static final int LONGEST_NUMBER = MOST_DIGITS + 20;

    private final Event event;
    private final String[] fields;
    /** Null for a field that is not there, or null. */
    private final JsonToken[] tokens;
    /** Null for what is no text and no number. */
    private final String[] texts;

    private EventData(Event event, String[] fields) {
        this.event = event;
        this.fields = fields;
        this.tokens = new JsonToken[fields.length];
        this.texts = new String[fields.length];
    }

    /** @param fields those that may be asked for */
    static EventData of(Event event, String... fields) {
        Columns.requireJson(event);
        EventData ordinary = JsonDocuments.read(event.data(), (parser, document) -> of(event, fields, parser));
        if (ordinary != null) {
            return ordinary;
        }
        try (JsonParser parser = JSON.createParser(event.data())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new PermanentFailure(event, "event " + event.id() + ": data must be a JSON object");
            }
            return of(event, fields, parser);
        } catch (IOException e) {
            throw new PermanentFailure(event, "event " + event.id() + ": data is no JSON", e);
        }
    }

    private static EventData of(Event event, String[] fields, JsonParser parser) throws IOException {
        EventData read = new EventData(event, fields);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            read.take(parser.currentName(), parser.nextToken(), parser);
        }
        return read;
    }

    private void take(String name, JsonToken token, JsonParser parser) throws IOException {
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].equals(name)) {
                tokens[i] = token == JsonToken.VALUE_NULL ? null : token;
                texts[i] = token == JsonToken.VALUE_STRING || token.isNumeric() ? parser.getText() : null;
            }
        }
        parser.skipChildren();
    }

    private int index(String field) {
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].equals(field)) {
                return i;
            }
        }
        throw new IllegalArgumentException(field + " was not read");
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
        int i = index(field);
        if (tokens[i] != null && tokens[i] != JsonToken.VALUE_STRING && tokens[i] != JsonToken.VALUE_NUMBER_INT) {
            throw refused(field, "a text");
        }
        return texts[i];
    }

    /** A number, or text with a decimal number in it, exact; null when the field is not there, or null. */
    BigDecimal decimal(String field) {
        int i = index(field);
        if (tokens[i] == null) {
            return null;
        }
        if (texts[i] == null) {
            throw refused(field, "a decimal number");
        }
        try {
            BigDecimal decimal = texts[i].length() > LONGEST_NUMBER ? null : new BigDecimal(texts[i]);
            if (decimal != null && Math.abs((long) decimal.scale()) <= MOST_DIGITS && decimal.precision() <= MOST_DIGITS) {
                return decimal;
            }
        } catch (NumberFormatException noNumber) {
            throw refused(field, "a decimal number");
        }
        throw refused(field, "a decimal number of at most " + MOST_DIGITS + " digits");
    }

    /** As {@link #decimal}, in plain notation: what is so already is not taken apart. */
    String plainDecimal(String field) {
        String text = texts[index(field)];
        if (text != null && isPlain(text)) {
            return text;
        }
        BigDecimal decimal = decimal(field);
        return decimal == null ? null : decimal.toPlainString();
    }

    /** Digits, with a sign before and a point between them perhaps. */
    private static boolean isPlain(String text) {
        int point = -1;
        int first = text.startsWith("-") ? 1 : 0;
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && point < 0) {
                point = i;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return text.length() > first && text.length() <= MOST_DIGITS && point != first && point != text.length() - 1;
    }

    PermanentFailure refused(String field, String allowed) {
        return new PermanentFailure(event, "event " + event.id() + ": data." + field + " must be " + allowed);
    }
}
