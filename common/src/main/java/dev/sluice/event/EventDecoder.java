package dev.sluice.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.api.Event;
import dev.sluice.api.Origin;
import dev.sluice.api.RoutingKey;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads records into events: CloudEvents in Kafka's binary mode, plain JSON events, and a key with any JSON object.
 * It never throws for what a record carries; what can't be read is {@link Decoded.Undecodable}. Stateless, any thread.
 */
public final class EventDecoder {

    private static final byte[] NOTHING = new byte[0];

    /**
     * @param topicId Kafka's id of the record's topic, part of the identity of last resort
     */
    public Decoded decode(RawRecord record, String topicId) {
        String identity = record.header(FailureHeaders.EVENT_IDENTITY);
        if (Topics.isRetry(record.topic()) && record.header(FailureHeaders.BODY) != null && identity != null) {
            return new Decoded.Elsewhere(identity);
        }
        return read(record, topicId);
    }

    /** As {@link #decode}, of a record that is whole. */
    public Decoded read(RawRecord record, String topicId) {
        return record.header("ce_id") != null ? decodeCloudEvent(record, topicId) : decodeForeign(record, topicId);
    }

    private Decoded decodeCloudEvent(RawRecord record, String topicId) {
        Optional<RoutingKey> entity = RoutingKey.parse(record.header("ce_subject"));
        if (entity.isEmpty()) {
            entity = RoutingKey.parse(key(record));
        }
        OptionalLong sequence = Sequences.parse(record.header("ce_sequence"));
        String id = movedOr(record, EventIdentity.of(record, null, entity, sequence, topicId));
        String contentType = record.header("content-type");
        if (contentType == null) {
            contentType = record.header("ce_datacontenttype");
        }
        if (contentType == null) {
            contentType = "application/json";
        }
        byte[] data = record.value() == null ? NOTHING : record.value();
        if (data.length > 0 && isJson(contentType)) {
            String fault = jsonFault(data);
            if (fault != null) {
                return new Decoded.Undecodable(id, "the value is declared as " + contentType + " but " + fault);
            }
        }
        Map<String, String> attributes = new HashMap<>();
        for (RawRecord.Header header : record.headers()) {
            if (header.name().startsWith("ce_") && header.value() != null) {
                attributes.put(header.name().substring(3).toLowerCase(Locale.ROOT), header.text());
            }
        }
        return new Decoded.Readable(new Event(id, attributes.getOrDefault("type", ""), entity, sequence,
                time(attributes.get("time")), contentType, data, origin(record), attempt(record), attributes));
    }

    private Decoded decodeForeign(RawRecord record, String topicId) {
        JsonEnvelope body = null;
        String fault = null;
        try {
            body = record.value() == null ? null : JsonEnvelope.read(record.value());
            fault = record.value() == null ? "the record has no value"
                    : body == null ? "the value is JSON but no object" : null;
        } catch (JsonProcessingException e) {
            fault = "the value is no JSON: " + place(e);
        } catch (JsonEnvelope.MoreFollows e) {
            fault = e.getMessage();
        } catch (IOException e) {
            fault = "the value can't be read: " + e.getMessage();
        }
        if (fault != null) {
            String id = EventIdentity.of(record, null, Optional.empty(), OptionalLong.empty(), topicId);
            return new Decoded.Undecodable(movedOr(record, id), fault);
        }
        Optional<RoutingKey> entity = entityOf(body);
        if (entity.isEmpty()) {
            entity = RoutingKey.parse(key(record));
        }
        OptionalLong sequence = body.sequence();
        String id = movedOr(record, EventIdentity.of(record, body.identity(), entity, sequence, topicId));
        return new Decoded.Readable(new Event(id, body.type(), entity, sequence, time(body.time()), "application/json",
                body.data() == null ? record.value() : body.data(), origin(record), attempt(record), Map.of()));
    }

    /** A moved record carries its identity; on any other topic such a header is somebody else's and means nothing. */
    private static String movedOr(RawRecord record, String own) {
        String moved = Topics.isRetry(record.topic()) ? record.header(FailureHeaders.EVENT_IDENTITY) : null;
        return moved == null || moved.isEmpty() ? own : moved;
    }

    private static Origin origin(RawRecord record) {
        Instant timestamp = Instant.ofEpochMilli(record.timestamp());
        if (Topics.isRetry(record.topic())) {
            String topic = record.header(FailureHeaders.ORIGINAL_TOPIC);
            OptionalLong partition = Sequences.parse(record.header(FailureHeaders.ORIGINAL_PARTITION));
            OptionalLong offset = Sequences.parse(record.header(FailureHeaders.ORIGINAL_OFFSET));
            if (topic != null && partition.isPresent() && offset.isPresent()) {
                return new Origin(topic, (int) partition.getAsLong(), offset.getAsLong(), timestamp);
            }
        }
        return new Origin(record.topic(), record.partition(), record.offset(), timestamp);
    }

    private static int attempt(RawRecord record) {
        return Topics.isRetry(record.topic())
                ? (int) Math.min(1_000, Sequences.parse(record.header(FailureHeaders.RETRY_COUNT)).orElse(0)) + 1
                : 1;
    }

    private static Optional<RoutingKey> entityOf(JsonEnvelope body) {
        return body.entityType() == null || body.entityType().isEmpty() || body.entityId() == null
                ? Optional.empty() : Optional.of(new RoutingKey(body.entityType(), body.entityId()));
    }

    private static String key(RawRecord record) {
        return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }

    private static Optional<Instant> time(String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException notRfc3339) {
            return Optional.empty();
        }
    }

    private static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        String type = (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    /** Walks over the tokens without building anything. @return what is wrong and where, or null */
    private static String jsonFault(byte[] value) {
        if (JsonDocuments.read(value, (parser, document) -> parser.skipChildren()) != null) {
            return null;
        }
        try (JsonParser parser = JsonEnvelope.JSON.createParser(value)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return "it is blank";
            }
            parser.skipChildren();
            return parser.nextToken() == null ? null : "more follows after its end";
        } catch (JsonProcessingException e) {
            return "it is no JSON: " + place(e);
        } catch (IOException e) {
            return "it can't be read: " + e.getMessage();
        }
    }

    private static String place(JsonProcessingException e) {
        return "a fault at byte " + (e.getLocation() == null ? "?" : e.getLocation().getByteOffset());
    }
}
