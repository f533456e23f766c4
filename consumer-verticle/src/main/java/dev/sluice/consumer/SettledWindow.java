package dev.sluice.consumer;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Identities of events whose effect this instance has seen committed: the newest 100,000 of the last 5 minutes. It only
 * saves work; the inbox decides. Pure, not thread-safe.
 */
final class SettledWindow {

    static final int SIZE = 100_000;
    static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Each with when it came, oldest first. */
    private final Map<String, Long> settled = new LinkedHashMap<>();

    /** @param now {@link System#nanoTime}, never before that of an earlier call */
    void add(Collection<String> eventIds, long now) {
        Long came = now;
        for (String eventId : eventIds) {
            settled.putIfAbsent(eventId, came);
        }
        forget(now);
    }

    boolean contains(String eventId, long now) {
        Long came = settled.get(eventId);
        return came != null && now - came <= KEPT_NANOS;
    }

    private void forget(long now) {
        Iterator<Long> oldest = settled.values().iterator();
        while (oldest.hasNext() && (now - oldest.next() > KEPT_NANOS || settled.size() > SIZE)) {
            oldest.remove();
        }
    }

    int size() {
        return settled.size();
    }
}
