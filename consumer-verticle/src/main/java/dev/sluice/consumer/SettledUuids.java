package dev.sluice.consumer;

import java.util.Arrays;

/**
 * Identities that are UUIDs, as their 128 bits, each with when it came: 32 bytes for one in place of 150, in a few arrays
 * that no collector follows. Nothing is lost: only a text that its bits give back is one, which is in lower case and not
 * all zeros. Oldest first. Pure, not thread-safe.
 *
 * <p>There are too many for the processor's nearest memory, so who asks for one that is not there looks in one place of the
 * table and, but for one in thousands, nowhere else; and who removes one touches nothing.
 */
final class SettledUuids {

    private static final int LENGTH = 36;
    private static final int ABSENT = -1;
    /** Of each character its digit; negative: it is none. */
    private static final byte[] DIGITS = new byte[128];

    static {
        for (int c = 0; c < DIGITS.length; c++) {
            DIGITS[c] = (byte) (c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : ABSENT);
        }
    }

    /** A ring: {@code size} of them from {@code head} are in use. Length is a power of two. */
    private long[] highs = new long[64];
    private long[] lows = new long[64];
    private long[] came = new long[64];
    private int head;
    private int size;
    /**
     * Twice as long as the ring, a slot where the bits of one lead or as soon behind as was free; 0 is free. A slot has the place in the
     * ring, plus one, and above that as many of the mixed bits as there is room for. Slots of what has been removed stay
     * until the table is made anew: their places are out of use, or another's.
     */
    private int[] table = new int[128];
    private int slotsUsed;
    /** Of the text that was read last. */
    private long high;
    private long low;

    /** @return whether the text is one, which the next call means */
    boolean read(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        long one = 0;
        long other = 0;
        int wrong = 0;
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                wrong |= c == '-' ? 0 : ABSENT;
            } else {
                int digit = c < DIGITS.length ? DIGITS[c] : ABSENT;
                wrong |= digit;
                one = one << 4 | other >>> 60;
                other = other << 4 | digit;
            }
        }
        high = one;
        low = other;
        return wrong >= 0 && (one | other) != 0;
    }

    /** Does nothing when it is there already. */
    void add(long now) {
        if (find() != ABSENT) {
            return;
        }
        if (size == came.length) {
            grow();
        } else if (slotsUsed > table.length / 4 * 3) {
            fillTable();
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
        head = head + 1 & came.length - 1;
        size--;
    }

    private int find() {
        int mixed = mixed(high, low);
        int placeBits = placeBits();
        for (int slot = slotOf(mixed); table[slot] != 0; slot = next(slot)) {
            if (((table[slot] ^ mixed) & ~placeBits) == 0) {
                int place = (table[slot] & placeBits) - 1;
                if (highs[place] == high && lows[place] == low && isUsed(place)) {
                    return place;
                }
            }
        }
        return ABSENT;
    }

    private boolean isUsed(int place) {
        return (place - head & came.length - 1) < size;
    }

    private void enter(int place) {
        int mixed = mixed(highs[place], lows[place]);
        int slot = slotOf(mixed);
        while (table[slot] != 0) {
            slot = next(slot);
        }
        table[slot] = mixed & ~placeBits() | place + 1;
        slotsUsed++;
    }

    /** Of a slot those that tell the place: from 1 to the ring's length. */
    private int placeBits() {
        return 2 * came.length - 1;
    }

    /** All bits count: those of a UUID that tells the time are no even spread. */
    private static int mixed(long one, long other) {
        return (int) ((one * 31 + other) * 0x9E3779B97F4A7C15L >>> 32);
    }

    private int slotOf(int mixed) {
        return mixed & table.length - 1;
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
        fillTable();
    }

    private void fillTable() {
        Arrays.fill(table, 0);
        slotsUsed = 0;
        for (int i = 0; i < size; i++) {
            enter(head + i & came.length - 1);
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
