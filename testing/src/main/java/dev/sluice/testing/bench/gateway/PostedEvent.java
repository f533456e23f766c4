package dev.sluice.testing.bench.gateway;

import java.nio.charset.StandardCharsets;

/** The events of a run: CloudEvents of some 330 bytes, of 10,000 entities, each with an identity of its own. For one thread. */
final class PostedEvent {

    private static final int ENTITIES = 10_000;
    private static final String FILLING = "x".repeat(120);

    private final String run = Long.toString(System.nanoTime(), 36);
    private long number;

    byte[] next() {
        long n = number++;
        return ("{\"specversion\":\"1.0\",\"id\":\"" + run + '-' + n + "\",\"source\":\"/bench\",\"type\":\"order.changed\","
                + "\"subject\":\"order:" + n % ENTITIES + "\",\"sequence\":\"" + n / ENTITIES
                + "\",\"data\":{\"customer\":4711,\"amount\":\"19.90\",\"currency\":\"EUR\",\"note\":\"" + FILLING + "\"}}")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
