package dev.sluice.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, written {@code 512}, {@code 256KiB}, {@code 1MiB}, {@code 1.25MiB} or {@code 2GiB}. */
public record ByteSize(long bytes) {

    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(|B|KiB|MiB|GiB)");
    private static final Map<String, Long> UNITS = Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    public ByteSize {
        InvalidSetting.unless(bytes >= 0, "size", bytes, "0 or more");
    }

    @JsonCreator
    public static ByteSize parse(String text) {
        Matcher form = FORM.matcher(text.trim());
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size; allowed: a number with B, KiB, MiB or GiB, such as 1MiB");
        }
        return new ByteSize((long) (Double.parseDouble(form.group(1)) * UNITS.get(form.group(2))));
    }

    public static ByteSize mebibytes(double count) {
        return new ByteSize((long) (count * (1 << 20)));
    }

    public int toInt() {
        return Math.toIntExact(bytes);
    }

    @JsonValue
    @Override
    public String toString() {
        return bytes % (1 << 20) == 0 && bytes > 0 ? (bytes >> 20) + "MiB"
                : bytes % (1 << 10) == 0 && bytes > 0 ? (bytes >> 10) + "KiB" : bytes + "B";
    }
}
