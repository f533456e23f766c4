package dev.sluice.event;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A Kafka record as it stands in its partition, without Kafka's classes: what is decoded, moved and dead-lettered.
 *
 * @param timestamp milliseconds since the epoch
 * @param key       null when the record has none
 * @param value     null for a tombstone
 * @param headers   in their order; names may repeat
 */
public record RawRecord(String topic, int partition, long offset, long timestamp, byte[] key, byte[] value,
                        List<Header> headers) {

    /** @param value null is allowed by Kafka */
    public record Header(String name, byte[] value) {

        public static Header of(String name, String value) {
            return new Header(name, value.getBytes(StandardCharsets.UTF_8));
        }

        public String text() {
            return value == null ? null : new String(value, StandardCharsets.UTF_8);
        }
    }

    public RawRecord {
        headers = List.copyOf(headers);
    }

    /** The last header of that name as text, as Kafka's own {@code lastHeader} has it; null when there is none. */
    public String header(String name) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).name().equals(name)) {
                return headers.get(i).text();
            }
        }
        return null;
    }

    /** Key, value and headers in bytes; a header counts 16 more for its objects. */
    public int size() {
        int size = (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
        for (Header header : headers) {
            size += 16 + header.name().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }

    /** Place only, so that a log line never shows what a record carries. */
    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
