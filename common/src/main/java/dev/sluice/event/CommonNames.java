package dev.sluice.event;

/**
 * Texts that many events share, such as their types: one object for all of them, so that what waits in memory holds no copies.
 * A text that comes takes the place of another now and then. Any thread: which of two equal texts is kept does not matter.
 */
final class CommonNames {

    private static final int PLACES = 256;
    /** Longer texts are hardly names, and would stay in memory. */
    private static final int LONGEST = 64;

    private final String[] known = new String[PLACES];

    /** The same text as {@code new String(chars, from, length)}. */
    String of(char[] chars, int from, int length) {
        if (length > LONGEST) {
            return new String(chars, from, length);
        }
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + chars[i];
        }
        int place = (hash ^ hash >>> 16) & PLACES - 1;
        String candidate = known[place];
        if (candidate == null || !isText(candidate, chars, from, length)) {
            candidate = new String(chars, from, length);
            known[place] = candidate;
        }
        return candidate;
    }

    private static boolean isText(String text, char[] chars, int from, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != chars[from + i]) {
                return false;
            }
        }
        return true;
    }
}
