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

    private final SettledUuids uuids = new SettledUuids();
    /** All others, each with when it came, oldest first. */
    private final Map<String, Long> others = new LinkedHashMap<>();

    /** @param now {@link System#nanoTime}, never before that of an earlier call */
    void add(Collection<String> eventIds, long now) {
        Long came = now;
        for (String eventId : eventIds) {
            if (uuids.read(eventId)) {
                uuids.add(now);
            } else {
                others.putIfAbsent(eventId, came);
            }
        }
        while (size() > 0 && (now - oldest() > KEPT_NANOS || size() > SIZE)) {
            removeOldest();
        }
    }

    private long oldest() {
        return isOldestUuid() ? uuids.oldest() : others.values().iterator().next();
    }

    private boolean isOldestUuid() {
        return others.isEmpty() || uuids.size() > 0 && uuids.oldest() - others.values().iterator().next() <= 0;
    }

    private void removeOldest() {
        if (isOldestUuid()) {
            uuids.removeOldest();
        } else {
            Iterator<Long> oldest = others.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    boolean contains(String eventId, long now) {
        if (uuids.read(eventId)) {
            return uuids.isThere() && now - uuids.came() <= KEPT_NANOS;
        }
        Long came = others.get(eventId);
        return came != null && now - came <= KEPT_NANOS;
    }

    int size() {
        return uuids.size() + others.size();
    }
}
