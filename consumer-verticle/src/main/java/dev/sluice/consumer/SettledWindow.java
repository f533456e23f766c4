package dev.sluice.consumer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import java.time.Duration;

/** Identities of events whose effect this instance has seen committed: 100,000 for 5 minutes. It only saves work; the inbox decides. */
final class SettledWindow {

    private static final int SIZE = 100_000;
    private static final Duration KEPT = Duration.ofMinutes(5);

    private final Cache<String, Boolean> settled = Caffeine.newBuilder().maximumSize(SIZE).expireAfterWrite(KEPT).build();

    void add(String eventId) {
        settled.put(eventId, true);
    }

    boolean contains(String eventId) {
        return settled.getIfPresent(eventId) != null;
    }
}
