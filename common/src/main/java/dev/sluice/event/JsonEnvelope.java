package dev.sluice.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.Arrays;

/**
 * The fields of a plain JSON event, read in one pass that builds no tree; {@code data} is a copy of its bytes as they were
 * sent. A field of another kind than it must be is null, as one that is not there.
 */
final class JsonEnvelope {

    static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final JsonMapper MAPPER = new JsonMapper(JSON);

    /** Any scalar; empty text when there is none. */
    private String type = "";
    private boolean typeIsText;
    private String entityType;
    private String entityId;
    private String sequence;
    private String eventId;
    private String idempotencyKey;
    private String time;
    private byte[] data;

    private JsonEnvelope() {
    }

    /**
     * @return null when the value is JSON, but no object
     * @throws MoreFollows             for more than one value
     * @throws JsonProcessingException for what is no JSON
     */
    static JsonEnvelope read(byte[] value) throws IOException {
        try (JsonParser parser = JSON.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                requireEnd(parser);
                return null;
            }
            JsonEnvelope envelope = new JsonEnvelope();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                envelope.take(parser.currentName(), parser.nextToken(), parser, value);
            }
            requireEnd(parser);
            return envelope;
        }
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

    private void take(String field, JsonToken token, JsonParser parser, byte[] value) throws IOException {
        switch (field) {
            case "type" -> {
                type = token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : "";
                typeIsText = token == JsonToken.VALUE_STRING;
            }
            case "entityType" -> entityType = token == JsonToken.VALUE_STRING ? parser.getText() : null;
            case "entityId" -> entityId = name(token, parser);
            case "sequence" -> sequence = name(token, parser);
            case "eventId" -> eventId = name(token, parser);
            case "time" -> time = token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
            case "_meta" -> {
                while (token == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isKey = parser.currentName().equals("idempotencyKey");
                    String text = name(parser.nextToken(), parser);
                    idempotencyKey = isKey ? text : idempotencyKey;
                    parser.skipChildren();
                }
            }
            case "data" -> data = bytes(parser, value);
            default -> { }
        }
        parser.skipChildren();
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

    String sequence() {
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
