package dev.sluice.event;

import java.util.OptionalLong;

/** Reads sequences: decimal longs, compared as numbers, because CloudEvents has them as text and "10" sorts before "9". */
public final class Sequences {

    private Sequences() {
    }

    /** @return empty when the text is not a whole decimal number from 0 to {@link Long#MAX_VALUE} */
    public static OptionalLong parse(String text) {
        if (text == null || text.isEmpty() || text.length() > 20) {
            return OptionalLong.empty();
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return OptionalLong.empty();
            }
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }
}
