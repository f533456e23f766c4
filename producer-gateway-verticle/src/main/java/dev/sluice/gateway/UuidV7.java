package dev.sluice.gateway;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** RFC 9562, version 7: milliseconds first, so that neighbours in time are neighbours in an index. */
final class UuidV7 {

    private UuidV7() {
    }

    static String at(long millis) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = millis << 16 | 0x7000L | random.nextLong() & 0x0FFFL;
        long low = 0x8000000000000000L | random.nextLong() >>> 2;
        return new UUID(high, low).toString();
    }
}
