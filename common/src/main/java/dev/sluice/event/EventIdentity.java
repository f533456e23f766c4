package dev.sluice.event;

import dev.sluice.api.RoutingKey;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The identity of an event: the first of the contract's list that is present, and never a clock or a constant, for then
 * two events would be one, or one event two. An empty text counts as absent.
 */
final class EventIdentity {

    private EventIdentity() {
    }

    /** {@code ce_source} and {@code ce_id}: what CloudEvents defines as identity. */
    static String ofCloudEvent(String source, String id) {
        return source + ' ' + id;
    }

    /**
     * @param inBody  what a JSON body says is its identity; null when it says nothing, or is none
     * @param topicId Kafka's id of the topic, so that a topic created anew doesn't repeat the names of the old one
     */
    static String of(RawRecord record, String inBody, Optional<RoutingKey> entity, OptionalLong sequence, String topicId) {
        String source = record.header("ce_source");
        String id = record.header("ce_id");
        if (present(source) && present(id)) {
            return ofCloudEvent(source, id);
        }
        String header = record.header("event-id");
        if (present(header)) {
            return header;
        }
        header = record.header("idempotency-key");
        if (present(header)) {
            return header;
        }
        if (inBody != null) {
            return inBody;
        }
        if (entity.isPresent() && sequence.isPresent()) {
            return entity.get().transition(sequence.getAsLong());
        }
        return ofPlace(record, topicId);
    }

    /** SHA-256 of where the record stands: the last resort, right for redelivery, blind for a producer's repeat. */
    private static String ofPlace(RawRecord record, String topicId) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((record.topic() + ' ' + topicId).getBytes(StandardCharsets.UTF_8));
            sha256.update(ByteBuffer.allocate(12).putInt(record.partition()).putLong(record.offset()).array());
            return "sha256:" + HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static boolean present(String text) {
        return text != null && !text.isEmpty();
    }
}
