package dev.sluice.api;

import java.time.Instant;

/**
 * Where an event entered Kafka. For an event that comes back from a retry topic or a dead letter this is the place of
 * the original record, not that of the copy.
 *
 * @param timestamp the moment of acceptance by Kafka or by the gateway, never the event's own {@code time}
 */
public record Origin(String topic, int partition, long offset, Instant timestamp) {
}
