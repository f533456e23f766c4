package dev.sluice.engine.config;

import java.util.Collection;
import java.util.Comparator;

/** The known word that is nearest to a wrong one, by the number of letters to change. */
final class DidYouMean {

    private DidYouMean() {
    }

    /** "; did you mean 'this'?", or the list of what is allowed when it is short, or nothing. */
    static String hint(String wrong, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String word) -> distance(wrong, word)).thenComparing(word -> word))
                .filter(word -> distance(wrong, word) <= Math.max(2, wrong.length() / 3))
                .map(word -> "; did you mean '" + word + "'?")
                .orElse(known.isEmpty() || known.size() > 20 ? ""
                        : "; allowed: " + String.join(", ", known.stream().sorted().toList()));
    }

    /** Levenshtein's distance. */
    static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
