package dev.sluice.gateway;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The thread's digest, looked up once: each lookup goes through the providers. */
final class Sha256 {

    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Sha256::lookedUp);

    private Sha256() {
    }

    static MessageDigest ofThread() {
        return DIGEST.get();
    }

    private static MessageDigest lookedUp() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
