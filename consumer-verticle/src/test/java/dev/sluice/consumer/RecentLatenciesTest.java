package dev.sluice.consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class RecentLatenciesTest {

    private static final long START = -5;

    private final RecentLatencies recent = new RecentLatencies(START);

    @Test
    void shouldTellAPercentileToOnePercent() {
        Random random = new Random(1);
        long[] nanos = random.doubles(10_000, 0, Math.log(1e11)).mapToLong(log -> (long) Math.exp(log)).toArray();
        for (long each : nanos) {
            recent.add(START, each);
        }
        Arrays.sort(nanos);
        for (double share : new double[] {0.5, 0.9, 0.99}) {
            double exact = nanos[(int) Math.ceil(nanos.length * share) - 1] / 1e9;
            assertThat(recent.percentile(START, share)).isCloseTo(exact, within(exact * 0.01 + 1e-6));
        }
    }

    @Test
    void shouldForgetWhatIsOlderThanFiveMinutesAndNothingWithinHalfOfThat() {
        recent.add(START, TimeUnit.SECONDS.toNanos(1));

        assertThat(recent.percentile(START + RecentLatencies.HALF_NANOS, 0.99)).isCloseTo(1, within(0.01));
        assertThat(recent.percentile(START + 2 * RecentLatencies.HALF_NANOS, 0.99)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 129, 255, 256, 257, 1_000, 65_535, 65_536, 3_600_000_000L, Long.MAX_VALUE / 1_000})
    void shouldCountEachNumberInItsRange(long micros) {
        int range = RecentLatencies.range(micros);

        assertThat(RecentLatencies.least(range)).isLessThanOrEqualTo(micros);
        assertThat(RecentLatencies.least(range + 1)).isGreaterThan(micros);
    }
}
