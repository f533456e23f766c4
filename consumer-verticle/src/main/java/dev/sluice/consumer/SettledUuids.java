package dev.sluice.consumer;

/**
 * Identities that are UUIDs, as their 128 bits, each with when it came: 34 bytes for one in place of 150, in a few arrays
 * that no collector follows. Nothing is lost: only a text that its bits give back is one, which is in lower case and not
 * all zeros. Oldest first. Pure, not thread-safe.
 */
final class SettledUuids {

    private static final int LENGTH = 36;
    private static final int ABSENT = -1;

    /** A ring: {@code size} of them from {@code head} are in use. Length is a power of two. */
    private long[] highs = new long[64];
    private long[] lows = new long[64];
    private long[] came = new long[64];
    private int head;
    private int size;
    /** Twice as long as the ring: places in it, plus one, where their bits lead or as soon behind as was free; 0 is free. */
    private int[] table = new int[128];
    /** Of the text that was read last. */
    private long high;
    private long low;

    /** @return whether the text is one, which the next call means */
    boolean read(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        long[] halves = {0, 0};
        for (int i = 0, digits = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (c != '-') {
                    return false;
                }
            } else {
                int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : ABSENT;
                if (digit == ABSENT) {
                    return false;
                }
                int half = digits++ < 16 ? 0 : 1;
                halves[half] = halves[half] << 4 | digit;
            }
        }
        high = halves[0];
        low = halves[1];
        return (high | low) != 0;
    }

    /** Does nothing when it is there already. */
    void add(long now) {
        if (find() != ABSENT) {
            return;
        }
        if (size == came.length) {
            grow();
        }
        int place = head + size++ & came.length - 1;
        highs[place] = high;
        lows[place] = low;
        came[place] = now;
        enter(place);
    }

    boolean isThere() {
        return find() != ABSENT;
    }

    /** When it came; it must be there. */
    long came() {
        return came[find()];
    }

    int size() {
        return size;
    }

    /** When the oldest came; there must be one. */
    long oldest() {
        return came[head];
    }

    void removeOldest() {
        int free = slotOf(highs[head], lows[head]);
        while (table[free] != head + 1) {
            free = next(free);
        }
        table[free] = 0;
        // What was moved on because of it comes back, or it would be looked for in vain.
        for (int slot = next(free); table[slot] != 0; slot = next(slot)) {
            int place = table[slot] - 1;
            int home = slotOf(highs[place], lows[place]);
            if ((slot - home & table.length - 1) >= (slot - free & table.length - 1)) {
                table[free] = place + 1;
                table[slot] = 0;
                free = slot;
            }
        }
        head = head + 1 & came.length - 1;
        size--;
    }

    private int find() {
        for (int slot = slotOf(high, low); table[slot] != 0; slot = next(slot)) {
            int place = table[slot] - 1;
            if (highs[place] == high && lows[place] == low) {
                return place;
            }
        }
        return ABSENT;
    }

    private void enter(int place) {
        int slot = slotOf(highs[place], lows[place]);
        while (table[slot] != 0) {
            slot = next(slot);
        }
        table[slot] = place + 1;
    }

    /** All bits count: those of a UUID that tells the time are no even spread. */
    private int slotOf(long one, long other) {
        long mixed = (one * 31 + other) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & table.length - 1;
    }

    private int next(int slot) {
        return slot + 1 & table.length - 1;
    }

    private void grow() {
        highs = unrolled(highs);
        lows = unrolled(lows);
        came = unrolled(came);
        head = 0;
        table = new int[table.length * 2];
        for (int place = 0; place < size; place++) {
            enter(place);
        }
    }

    /** Twice the room, the oldest first. */
    private long[] unrolled(long[] ring) {
        long[] more = new long[ring.length * 2];
        System.arraycopy(ring, head, more, 0, ring.length - head);
        System.arraycopy(ring, 0, more, ring.length - head, head);
        return more;
    }
}
