package dev.sluice.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A valid event, on its way to Kafka.
 *
 * @param attributes  CloudEvents context attributes by name, in the order of the wire; id, source, type and specversion
 *                    are always there, datacontenttype never
 * @param contentType of {@code data}; null when unknown
 * @param data        as sent; null when the event has none
 * @param named       false: the id was generated here, and a repeat won't be recognised
 * @param traceparent the span that Kafka's record belongs to; null without tracing
 */
record IncomingEvent(Map<String, String> attributes, String contentType, byte[] data, boolean named,
                     String traceparent) {

    IncomingEvent(Map<String, String> attributes, String contentType, byte[] data, boolean named) {
        this(attributes, contentType, data, named, null);
    }

    IncomingEvent within(String trace) {
        return new IncomingEvent(attributes, contentType, data, named, trace);
    }

    String id() {
        return attributes.get("id");
    }

    String source() {
        return attributes.get("source");
    }

    /** As consumers know it. */
    String identity() {
        return source() + ' ' + id();
    }

    /** Kafka's key: {@code partitionkey}, else {@code subject}, else null. */
    String key() {
        String partitionKey = attributes.get("partitionkey");
        return partitionKey != null ? partitionKey : attributes.get("subject");
    }

    byte[] keyBytes() {
        String key = key();
        return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    }

    /** Identity only: what it carries stays out of logs. */
    @Override
    public String toString() {
        return "IncomingEvent[" + identity() + "]";
    }
}
