package dev.sluice.engine.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as configuration writes them: {@code 250ms}, {@code 35s}, {@code 5m}, {@code 1h}, {@code 7d}. */
final class DurationText {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,3})?)\\s*(ms|s|m|h|d)");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private DurationText() {
    }

    static Duration parse(String text) {
        Matcher form = FORM.matcher(text.trim());
        if (!form.matches()) {
            throw new IllegalArgumentException("allowed: a number with ms, s, m, h or d, such as 35s");
        }
        return Duration.ofMillis(Math.round(Double.parseDouble(form.group(1)) * MILLIS.get(form.group(2))));
    }
}
