package dev.sluice.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.api.RoutingKey;
import dev.sluice.event.Sequences;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Reads one JSON object: a CloudEvent in its JSON format when it has {@code specversion}, else a plain event. The bytes
 * of {@code data} are cut out as they were sent, never written anew. Stateless, any thread.
 */
final class EventReader {

    private static final String DATA = "data";
    private static final String DATA_BASE64 = "data_base64";
    private static final String CONTENT_TYPE = "datacontenttype";

    private final long maxData;
    private final LongSupplier clock;

    /** @param maxData largest data, in bytes @param clock epoch ms, for ids that are generated */
    EventReader(long maxData, LongSupplier clock) {
        this.maxData = maxData;
        this.clock = clock;
    }

    /**
     * @param client         who sends it: the source of plain events
     * @param idempotencyKey id of a plain event, before its own; null when none was given
     */
    Reading read(byte[] bytes, int from, int to, String client, String idempotencyKey) {
        Members members;
        try (JsonParser parser = JsonText.parser(bytes, from, to)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                return refused(new Problem.Malformed(first == null ? "the JSON is empty" : "an event must be a JSON object"));
            }
            members = Members.of(parser, bytes, from);
            if (parser.nextToken() != null) {
                return refused(JsonText.trailing(parser));
            }
        } catch (IOException e) {
            return refused(JsonText.malformed(e));
        }
        return members.texts.containsKey("specversion") || members.nested.contains("specversion")
                ? cloudEvent(members) : plain(members, client, idempotencyKey);
    }

    private Reading cloudEvent(Members members) {
        for (String name : members.nested) {
            return refused(new Problem.AttributeInvalid(name, "a text, a number or a boolean"));
        }
        Map<String, String> attributes = members.texts;
        String base64 = attributes.remove(DATA_BASE64);
        String contentType = attributes.remove(CONTENT_TYPE);
        Problem fault = Attributes.faultOf(attributes);
        if (fault == null && contentType != null && !MediaType.isPlausible(contentType)) {
            fault = new Problem.AttributeInvalid(CONTENT_TYPE, "a media type such as application/json");
        }
        if (fault != null) {
            return refused(fault);
        }
        if (base64 != null) {
            return base64(members, attributes, contentType, base64);
        }
        if (members.data == null) {
            return valid(attributes, contentType, null, true);
        }
        if (contentType == null || MediaType.isJson(contentType)) {
            return valid(attributes, contentType == null ? MediaType.JSON : contentType, members.data.bytes(), true);
        }
        return members.data.text == null
                ? refused(new Problem.AttributeInvalid(DATA, "a text, since " + CONTENT_TYPE + " is not JSON"))
                : valid(attributes, contentType, members.data.text.getBytes(StandardCharsets.UTF_8), true);
    }

    private Reading base64(Members members, Map<String, String> attributes, String contentType, String base64) {
        if (members.data != null) {
            return refused(new Problem.AttributeInvalid(DATA, "left out where data_base64 is given"));
        }
        if (base64.length() / 4L * 3 - 2 > maxData) {
            return refused(new Problem.TooLarge(DATA, maxData));
        }
        byte[] data;
        try {
            data = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return refused(new Problem.AttributeInvalid(DATA_BASE64, "base64 as in RFC 4648, section 4"));
        }
        Problem fault = MediaType.isJson(contentType) ? JsonText.faultOf(data) : null;
        return fault != null ? refused(fault) : valid(attributes, contentType, data, true);
    }

    private Reading plain(Members members, String client, String idempotencyKey) {
        Map<String, String> given = members.texts;
        if (members.data == null) {
            return refused(new Problem.AttributeMissing(DATA));
        }
        for (String name : Set.of("type", "eventId", "entityType", "entityId", "sequence", "time")) {
            if (members.nested.contains(name)) {
                return refused(new Problem.AttributeInvalid(name, "a text or a number"));
            }
        }
        boolean hasType = present(given.get("entityType"));
        if (hasType != present(given.get("entityId"))) {
            return refused(new Problem.AttributeMissing(hasType ? "entityId" : "entityType"));
        }
        RoutingKey entity = hasType ? new RoutingKey(given.get("entityType"), given.get("entityId")) : null;
        String id = present(idempotencyKey) ? idempotencyKey : present(given.get("eventId")) ? given.get("eventId")
                : present(members.metaKey) ? members.metaKey : transition(entity, given.get("sequence"));
        boolean named = id != null;
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", "1.0");
        attributes.put("id", named ? id : UuidV7.at(clock.getAsLong()));
        attributes.put("source", "/clients/" + client);
        attributes.put("type", given.getOrDefault("type", ""));
        if (entity != null) {
            attributes.put("subject", entity.text());
        }
        for (String name : new String[] {"sequence", "time"}) {
            if (given.get(name) != null) {
                attributes.put(name, given.get(name));
            }
        }
        Problem fault = Attributes.faultOf(attributes);
        return fault != null ? refused(fault) : valid(attributes, MediaType.JSON, members.data.bytes(), named);
    }

    private static String transition(RoutingKey entity, String sequence) {
        OptionalLong number = sequence == null ? OptionalLong.empty() : Sequences.parse(sequence);
        return entity == null || number.isEmpty() ? null : entity.transition(number.getAsLong());
    }

    private Reading valid(Map<String, String> attributes, String contentType, byte[] data, boolean named) {
        return data != null && data.length > maxData ? refused(new Problem.TooLarge(DATA, maxData))
                : new Reading.Valid(new IncomingEvent(attributes, contentType, data, named));
    }

    private static Reading refused(Problem problem) {
        return Reading.refused(problem);
    }

    private static boolean present(String text) {
        return text != null && !text.isEmpty();
    }

    /** Where {@code data} stands, and its text when it is one. */
    private record Data(byte[] source, int from, int to, String text) {

        byte[] bytes() {
            return Arrays.copyOfRange(source, from, to);
        }
    }

    /** The members of one object. Null counts as absent. */
    private static final class Members {

        private final Map<String, String> texts = new LinkedHashMap<>();
        private final Set<String> nested = new HashSet<>();
        private Data data;
        private String metaKey;

        /** @param parser stands on the object's beginning, and afterwards on its end */
        static Members of(JsonParser parser, byte[] bytes, int from) throws IOException {
            Members members = new Members();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_NULL) {
                    continue;
                }
                if (name.equals(DATA)) {
                    members.takeData(parser, value, bytes, from);
                } else if (value.isScalarValue()) {
                    members.texts.put(name, parser.getText());
                } else if (name.equals("_meta")) {
                    members.takeMeta(parser);
                } else {
                    members.nested.add(name);
                    parser.skipChildren();
                }
            }
            return members;
        }

        private void takeData(JsonParser parser, JsonToken value, byte[] bytes, int from) throws IOException {
            int start = JsonText.start(parser);
            String text = value == JsonToken.VALUE_STRING ? parser.getText() : null;
            parser.skipChildren();
            data = new Data(bytes, from + start, from + JsonText.end(parser), text);
        }

        private void takeMeta(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals("idempotencyKey");
                if (parser.nextToken().isScalarValue()) {
                    metaKey = wanted && parser.currentToken() != JsonToken.VALUE_NULL ? parser.getText() : metaKey;
                } else {
                    parser.skipChildren();
                }
            }
        }
    }
}
