package dev.sluice.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The fields of a plain JSON event, read in one pass that builds no tree; {@code data} is a copy of its bytes as they were
 * sent. A field of another kind than it must be is null, as one that is not there.
 */
final class JsonEnvelope {

    static final JsonFactory JSON = new JsonFactory();
    private static final JsonMapper MAPPER = new JsonMapper(JSON);
    private static final int FEW = 8;
    private static final CommonNames NAMES = new CommonNames();

    /** Any scalar; empty text when there is none. */
    private String type = "";
    private boolean typeIsText;
    private String entityType;
    private String entityId;
    private OptionalLong sequence = OptionalLong.empty();
    private String eventId;
    private String idempotencyKey;
    private String time;
    private byte[] data;
    /** Those of the known fields that were there, by their bits. */
    private int known;
    private int others;
    /** The first of the other fields; null while there are none. */
    private String[] few;
    /** Null while there are few. */
    private Set<String> many;

    private JsonEnvelope() {
    }

    /**
     * A field that is there twice is no JSON: which of them would be the event's identity? Inside of {@code data} it is the
     * sender's affair.
     *
     * @return null when the value is JSON, but no object
     * @throws MoreFollows             for more than one value
     * @throws JsonProcessingException for what is no JSON
     */
    static JsonEnvelope read(byte[] value) throws IOException {
        JsonEnvelope ordinary = JsonDocuments.read(value, (parser, document) -> of(parser, document::structure));
        return ordinary != null ? ordinary : readAny(value);
    }

    /** The same, with a parser for this value alone: slower, and for any encoding. */
    static JsonEnvelope readAny(byte[] value) throws IOException {
        try (JsonParser parser = JSON.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                requireEnd(parser);
                return null;
            }
            JsonEnvelope envelope = of(parser, () -> bytes(parser, value));
            requireEnd(parser);
            return envelope;
        }
    }

    /** The bytes of the value at whose first token the parser stands; it is at the last then. */
    private interface Bytes {
        /** @return null when this parser can't tell */
        byte[] take() throws IOException;
    }

    /** @return null when {@code data} can't be told this way */
    private static JsonEnvelope of(JsonParser parser, Bytes bytes) throws IOException {
        JsonEnvelope envelope = new JsonEnvelope();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            envelope.requireNew(field, parser);
            JsonToken token = parser.nextToken();
            if (field.equals("data")) {
                envelope.data = bytes.take();
                if (envelope.data == null) {
                    return null;
                }
            } else {
                envelope.take(field, token, parser);
            }
        }
        return envelope;
    }

    private void requireNew(String field, JsonParser parser) throws IOException {
        int bit = bitOf(field);
        boolean there = bit == 0 ? isKnownOther(field) : (known & bit) != 0;
        known |= bit;
        if (there) {
            throw new JsonParseException(parser, "a field is there twice");
        }
    }

    /** 0 for those that mean nothing here. */
    private static int bitOf(String field) {
        return switch (field) {
            case "type" -> 1;
            case "entityType" -> 1 << 1;
            case "entityId" -> 1 << 2;
            case "sequence" -> 1 << 3;
            case "eventId" -> 1 << 4;
            case "time" -> 1 << 5;
            case "_meta" -> 1 << 6;
            case "data" -> 1 << 7;
            default -> 0;
        };
    }

    private boolean isKnownOther(String field) {
        few = few == null ? new String[FEW] : few;
        for (int i = 0; i < Math.min(others, FEW); i++) {
            if (few[i].equals(field)) {
                return true;
            }
        }
        if (others < FEW) {
            few[others++] = field;
            return false;
        }
        many = many == null ? new HashSet<>() : many;
        return !many.add(field);
    }

    /** There is something after the end of the value. */
    static final class MoreFollows extends IOException {
        private static final long serialVersionUID = 1L;

        private MoreFollows() {
            super("of the value, more follows after its end");
        }
    }

    private static void requireEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new MoreFollows();
        }
    }

    private void take(String field, JsonToken token, JsonParser parser) throws IOException {
        switch (field) {
            case "type" -> {
                typeIsText = token == JsonToken.VALUE_STRING;
                type = typeIsText ? common(parser) : token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : "";
            }
            case "entityType" -> entityType = token == JsonToken.VALUE_STRING ? common(parser) : null;
            case "entityId" -> entityId = name(token, parser);
            case "sequence" -> sequence = sequence(token, parser);
            case "eventId" -> eventId = name(token, parser);
            case "time" -> time = token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
            case "_meta" -> {
                while (token == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isKey = parser.currentName().equals("idempotencyKey");
                    String text = name(parser.nextToken(), parser);
                    if (isKey && idempotencyKey != null) {
                        throw new JsonParseException(parser, "a field is there twice");
                    }
                    idempotencyKey = isKey ? text : idempotencyKey;
                    parser.skipChildren();
                }
            }
            default -> { }
        }
        parser.skipChildren();
    }

    private static String common(JsonParser parser) throws IOException {
        return NAMES.of(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    /** As {@link Sequences#parse} has it, without a text for what is a number. */
    private static OptionalLong sequence(JsonToken token, JsonParser parser) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && parser.getLongValue() >= 0) {
            return OptionalLong.of(parser.getLongValue());
        }
        return Sequences.parse(name(token, parser));
    }

    /** A text that is not empty, or a whole number. */
    private static String name(JsonToken token, JsonParser parser) throws IOException {
        boolean usable = token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT;
        return usable && !parser.getText().isEmpty() ? parser.getText() : null;
    }

    /** The parser stands at the value's first token, then at its last. In UTF-16 there are no offsets: written anew. */
    private static byte[] bytes(JsonParser parser, byte[] value) throws IOException {
        long from = parser.currentTokenLocation().getByteOffset();
        if (from < 0) {
            return MAPPER.writeValueAsBytes(MAPPER.<JsonNode>readTree(parser));
        }
        parser.skipChildren();
        parser.finishToken();
        return Arrays.copyOfRange(value, (int) from, (int) parser.currentLocation().getByteOffset());
    }

    String type() {
        return type;
    }

    String entityType() {
        return entityType;
    }

    String entityId() {
        return entityId;
    }

    OptionalLong sequence() {
        return sequence;
    }

    /** What the body says is the event's identity; null when it says nothing. */
    String identity() {
        return eventId != null ? eventId : idempotencyKey;
    }

    String time() {
        return time;
    }

    /** Null unless the object is an envelope: a text as {@code type}, and {@code data}. */
    byte[] data() {
        return typeIsText ? data : null;
    }
}
