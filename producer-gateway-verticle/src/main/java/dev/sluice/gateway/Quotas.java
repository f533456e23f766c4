package dev.sluice.gateway;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What each client has left of its quota in this instance: a bucket of one second's worth. Times are handed in, in ns. */
final class Quotas {

    private static final double SECOND = 1e9;

    private static final class Bucket {
        private double tokens;
        private long filledAt;
    }

    private final Map<String, Bucket> buckets = new HashMap<>();

    /** @return zero: go on; else how long to wait */
    Duration take(Client client, long now) {
        double rate = client.eventsPerSecond();
        if (rate == 0) {
            return Duration.ZERO;
        }
        Bucket bucket = buckets.computeIfAbsent(client.name(), first -> {
            Bucket full = new Bucket();
            full.tokens = Math.max(1, rate);
            full.filledAt = now;
            return full;
        });
        bucket.tokens = Math.min(Math.max(1, rate), bucket.tokens + rate * (now - bucket.filledAt) / SECOND);
        bucket.filledAt = now;
        if (bucket.tokens < 1) {
            return Duration.ofNanos((long) Math.ceil((1 - bucket.tokens) / rate * SECOND));
        }
        bucket.tokens--;
        return Duration.ZERO;
    }
}
