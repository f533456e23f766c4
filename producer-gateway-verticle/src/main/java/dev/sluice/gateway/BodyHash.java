package dev.sluice.gateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * What must be equal when the same identity is posted again: type, key, sequence and data, as sent. The event's time is
 * left out, since clients set it anew. 128 bits of SHA-256.
 */
final class BodyHash {

    static final int BYTES = 16;

    private BodyHash() {
    }

    static String of(IncomingEvent event) {
        MessageDigest digest = Sha256.ofThread();
        for (String text : new String[] {event.attributes().get("type"), event.key(), event.attributes().get("sequence"),
                event.contentType()}) {
            digest.update((byte) (text == null ? 0 : 1));
            if (text != null) {
                digest.update(text.getBytes(StandardCharsets.UTF_8));
            }
            digest.update((byte) 0);
        }
        if (event.data() != null) {
            digest.update(event.data());
        }
        return text(Arrays.copyOf(digest.digest(), BYTES));
    }

    static String text(byte[] hash) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }
}
