package dev.sluice.api;

import java.util.Objects;
import java.util.Optional;

/**
 * The entity an event belongs to, {@code type:id}: the Kafka key of all its events, so that every standard
 * partitioner keeps them together. {@code :} and {@code %} inside a part are percent-encoded.
 */
public record RoutingKey(String type, String id) {

    public RoutingKey {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(id, "id");
        if (type.isEmpty() || id.isEmpty()) {
            throw new IllegalArgumentException("an entity needs a type and an id, got '" + type + "' and '" + id + "'");
        }
    }

    /** Reads {@code type:id}; empty when the text is not of that form (no colon, several, an empty part, a bad escape). */
    public static Optional<RoutingKey> parse(String text) {
        if (text == null) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1 || text.indexOf(':', colon + 1) >= 0) {
            return Optional.empty();
        }
        String type = unescape(text.substring(0, colon));
        String id = unescape(text.substring(colon + 1));
        return type == null || id == null ? Optional.empty() : Optional.of(new RoutingKey(type, id));
    }

    /** {@code type:id}, escaped: what stands in {@code subject}, in {@code partitionkey} and in Kafka's key. */
    public String text() {
        return escape(type) + ':' + escape(id);
    }

    /** {@code type:id:sequence}, the name of one transition of the entity. */
    public String transition(long sequence) {
        return text() + ':' + sequence;
    }

    @Override
    public String toString() {
        return text();
    }

    private static String escape(String part) {
        return part.indexOf('%') < 0 && part.indexOf(':') < 0
                ? part
                : part.replace("%", "%25").replace(":", "%3A");
    }

    /** Only the two escapes that {@link #escape} writes are undone; any other {@code %} is an error (null). */
    private static String unescape(String part) {
        int percent = part.indexOf('%');
        if (percent < 0) {
            return part;
        }
        StringBuilder plain = new StringBuilder(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c != '%') {
                plain.append(c);
            } else if (part.startsWith("%25", i)) {
                plain.append('%');
                i += 2;
            } else if (part.regionMatches(true, i, "%3A", 0, 3)) {
                plain.append(':');
                i += 2;
            } else {
                return null;
            }
        }
        return plain.toString();
    }
}
