package dev.sluice.store;

import java.util.Arrays;

/**
 * The order of many texts, as {@link String#compareTo} has it, in a fraction of its time: five characters at a time become
 * a number, and numbers are sorted. What is equal so far is ordered by what follows. Keys that go into an index in its
 * order are found there faster, and two transactions that lock them never wait for each other in a circle.
 */
public final class TextOrder {

    private static final int CHARACTERS = 5;
    private static final int BITS = 7;
    /** A character that is too large for its bits, as all of those: they are told apart by the texts themselves. */
    private static final int LARGE = (1 << BITS) - 1;
    private static final int PLACE_BITS = 64 - 1 - CHARACTERS * BITS;
    private static final long PLACE = (1L << PLACE_BITS) - 1;
    private static final int FEW = 8;

    private final String[] texts;
    private final int[] order;
    private final long[] keys;

    private TextOrder(String[] texts) {
        this.texts = texts;
        this.order = new int[texts.length];
        this.keys = new long[texts.length];
        Arrays.setAll(order, place -> place);
    }

    /** @return the places of the texts, ascending; of equal texts the first place first */
    public static int[] of(String[] texts) {
        TextOrder sorted = new TextOrder(texts);
        sorted.sort(0, texts.length, commonLength(texts));
        return sorted.order;
    }

    /** Sorts the array itself. */
    public static void sort(String[] texts) {
        String[] before = texts.clone();
        int[] order = of(before);
        for (int i = 0; i < order.length; i++) {
            texts[i] = before[order[i]];
        }
    }

    /** Of how many characters all begin with the same. */
    private static int commonLength(String[] texts) {
        int common = texts.length == 0 ? 0 : texts[0].length();
        for (String text : texts) {
            int same = 0;
            for (int most = Math.min(common, text.length()); same < most && text.charAt(same) == texts[0].charAt(same); ) {
                same++;
            }
            common = same;
        }
        return common;
    }

    /** @param known characters in which all from {@code begin} to {@code end} are equal */
    private void sort(int begin, int end, int known) {
        if (end - begin <= FEW) {
            insert(begin, end);
            return;
        }
        for (int i = begin; i < end; i++) {
            keys[i] = key(texts[order[i]], known) << PLACE_BITS | order[i];
        }
        Arrays.sort(keys, begin, end);
        for (int i = begin; i < end; i++) {
            order[i] = (int) (keys[i] & PLACE);
        }
        for (int i = begin; i < end; ) {
            long key = keys[i] >>> PLACE_BITS;
            int next = i + 1;
            while (next < end && keys[next] >>> PLACE_BITS == key) {
                next++;
            }
            if (next - i > 1) {
                sortEqual(i, next, known, key);
            }
            i = next;
        }
    }

    /** @param key of all of them */
    private void sortEqual(int begin, int end, int known, long key) {
        if (hasLarge(key)) {
            compare(begin, end);
        } else if (!isWhole(key)) {
            sort(begin, end, known + CHARACTERS);
        } // else they have ended: equal texts, whose places are in order
    }

    /** What follows a large character counts for nothing: those in its place may differ. */
    private static long key(String text, int known) {
        long key = 0;
        int end = text.length();
        for (int i = known; i < known + CHARACTERS; i++) {
            int character = i < end ? Math.min(text.charAt(i) + 1, LARGE) : 0;
            key = key << BITS | character;
            end = character == LARGE ? i : end;
        }
        return key;
    }

    /** Whether a text that ends within these characters has this key. */
    private static boolean isWhole(long key) {
        return (key & LARGE) == 0;
    }

    private static boolean hasLarge(long key) {
        for (long rest = key; rest != 0; rest >>>= BITS) {
            if ((rest & LARGE) == LARGE) {
                return true;
            }
        }
        return false;
    }

    private void compare(int begin, int end) {
        Integer[] places = new Integer[end - begin];
        Arrays.setAll(places, i -> order[begin + i]);
        Arrays.sort(places, (one, other) -> isBehind(one, other) ? 1 : -1);
        for (int i = begin; i < end; i++) {
            order[i] = places[i - begin];
        }
    }

    private void insert(int begin, int end) {
        for (int i = begin + 1; i < end; i++) {
            int place = order[i];
            int to = i;
            while (to > begin && isBehind(order[to - 1], place)) {
                order[to] = order[--to];
            }
            order[to] = place;
        }
    }

    private boolean isBehind(int one, int other) {
        int compared = texts[one].compareTo(texts[other]);
        return compared > 0 || compared == 0 && one > other;
    }
}
