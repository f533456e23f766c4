package dev.sluice.testing;

import java.util.Collection;

/** Of some milliseconds. */
record Quantiles(long[] sorted) {

    static Quantiles of(Collection<Long> millis) {
        return new Quantiles(millis.stream().mapToLong(Long::longValue).sorted().toArray());
    }

    long at(double share) {
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
    }

    @Override
    public String toString() {
        return "%d, p50 %d ms, p99 %d ms, max %d ms".formatted(sorted.length, at(0.5), at(0.99), at(1));
    }
}
