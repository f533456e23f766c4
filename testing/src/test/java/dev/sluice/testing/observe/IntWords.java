package dev.sluice.testing.observe;

import java.util.Comparator;

/** Orders names word by word, numbers by their value: "audit 9" before "audit 10", and +Inf last. */
final class IntWords {

    static final Comparator<String> ORDER = (one, other) -> {
        String[] left = one.split(" ");
        String[] right = other.split(" ");
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int order = compare(left[i], right[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    };

    private IntWords() {
    }

    private static int compare(String left, String right) {
        try {
            return Double.compare(number(left), number(right));
        } catch (NumberFormatException word) {
            return left.compareTo(right);
        }
    }

    private static double number(String word) {
        return word.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(word);
    }
}
