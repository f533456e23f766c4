package dev.sluice.consumer;

import dev.sluice.event.Topics;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Which lane of {@code parked_events} an event belongs to. */
final class LaneKeys {

    /** Keys beyond it, which no index would hold, are known by their hash. */
    private static final int LONGEST = 256;

    private final Ordering ordering;

    LaneKeys(Ordering ordering) {
        this.ordering = ordering;
    }

    /** Null for what no lane holds: a record without a key, or one that was sent back from the dead letters. */
    ByteBuffer laneOf(Work work) {
        byte[] key = work.record().key();
        if (Topics.isRetry(work.record().topic())) {
            return null;
        }
        if (ordering == Ordering.PARTITION) {
            return ByteBuffer.allocate(0);
        }
        return key == null ? null : ByteBuffer.wrap(key.length <= LONGEST ? key : sha256(key));
    }

    private static byte[] sha256(byte[] key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
