package dev.sluice.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;

import java.io.IOException;

/** JSON over bytes, token by token. As strict as the consumer's decoder, so that nothing accepted is undecodable there. */
final class JsonText {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private JsonText() {
    }

    /** Offsets of its locations count from {@code from}. @throws NotUtf8 instead of guessing at another encoding */
    static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
        int fault = Utf8.firstFault(bytes, from, to);
        for (int i = from; fault < 0 && i < Math.min(from + 4, to); i++) {
            fault = bytes[i] == 0 ? i - from : -1;
        }
        if (fault >= 0) {
            throw new NotUtf8(fault);
        }
        return FACTORY.createParser(bytes, from, to - from);
    }

    static int start(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** Just behind the current token, which is read to its end first. */
    static int end(JsonParser parser) throws IOException {
        parser.finishToken();
        return (int) parser.currentLocation().getByteOffset();
    }

    /** @return what is wrong with these bytes as one JSON value, or null */
    static Problem faultOf(byte[] value) {
        try (JsonParser parser = parser(value, 0, value.length)) {
            if (parser.nextToken() == null) {
                return new Problem.Malformed("the JSON is empty");
            }
            parser.skipChildren();
            return parser.nextToken() == null ? null : trailing(parser);
        } catch (IOException e) {
            return malformed(e);
        }
    }

    static Problem trailing(JsonParser parser) {
        return new Problem.Malformed("more follows after the end of the JSON value, at byte " + start(parser));
    }

    static Problem malformed(IOException e) {
        if (e instanceof JsonProcessingException json) {
            long place = json.getLocation() == null ? -1 : json.getLocation().getByteOffset();
            return new Problem.Malformed("no valid JSON" + (place < 0 ? "" : ", at byte " + place) + ": " + reason(json));
        }
        return new Problem.Malformed(e instanceof NotUtf8 ? e.getMessage() : "no valid JSON");
    }

    private static String reason(JsonProcessingException e) {
        String message = e.getOriginalMessage() == null ? "" : e.getOriginalMessage().lines().findFirst().orElse("");
        return message.length() <= 160 ? message : message.substring(0, 160) + "...";
    }

    /** The bytes are no text. */
    static final class NotUtf8 extends IOException {

        private static final long serialVersionUID = 1L;

        NotUtf8(int place) {
            super("no valid UTF-8, at byte " + place);
        }
    }
}
