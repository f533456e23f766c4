package dev.sluice.testing.guarantee;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of a guarantee.
 *
 * @param checked  how many cases were looked at; a guarantee that looked at none has not been shown
 * @param examples of the violations, the first few
 */
public record Finding(String guarantee, long checked, long violations, List<String> examples) {

    private static final int MOST_EXAMPLES = 10;

    public Finding {
        examples = List.copyOf(examples);
    }

    public boolean held() {
        return violations == 0 && checked > 0;
    }

    /** Counts cases and violations. For one thread. */
    public static final class Count {

        private final List<String> examples = new ArrayList<>();
        private long checked;
        private long violations;

        /** @param example formatted only when it is one of the first */
        public void check(boolean held, String example, Object... values) {
            checked++;
            if (!held) {
                violations++;
                if (examples.size() < MOST_EXAMPLES) {
                    examples.add(String.format(java.util.Locale.ROOT, example, values));
                }
            }
        }

        public Finding of(Guarantee guarantee) {
            return new Finding(guarantee.title(), checked, violations, examples);
        }
    }
}
