package dev.sluice.lag;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Over lag curves, a sample every 30 s; whoever is asked for is there at the next sample. */
class ScalingRuleTest {

    private static final int PARTITIONS = 24;

    private final ScalingRule rule = new ScalingRule();
    private int instances = 2;
    private int changes;
    private int reversals;
    private int direction;
    private boolean breakerOpen;
    private boolean downstreamSlow;
    private String reason;

    @Test
    void shouldScaleUpOnlyAfterThreeMinutesAboveFiveThousand() {
        run(0, 170, second -> 9_000);
        assertThat(instances).isEqualTo(2);

        run(180, 181, second -> 9_000);

        assertThat(instances).isEqualTo(3);
    }

    @Test
    void shouldScaleDownByOneAfterTenMinutesBelowFiveHundred() {
        run(0, 590, second -> 100);
        assertThat(instances).isEqualTo(2);
        run(600, 601, second -> 100);
        assertThat(instances).isEqualTo(1);
        run(630, 10_000, second -> 0);
        assertThat(instances).isEqualTo(1);
    }

    @Test
    void shouldNotFlapOverALagThatComesAndGoes() {
        run(0, 7_200, second -> second / 60 % 2 == 0 ? 6_000 : 100);
        assertThat(changes).isZero();
    }

    @Test
    void shouldNotFlapAroundEitherLimit() {
        run(0, 7_200, second -> 5_000 + (second / 30 % 2 == 0 ? 400 : -400));
        run(7_200, 14_400, second -> 500 + (second / 30 % 2 == 0 ? 400 : -400));
        assertThat(changes).isZero();
    }

    @Test
    void shouldGrowStepByStepToThePartitionsAndNotBeyond() {
        run(0, 3_600, second -> 400_000);
        assertThat(instances).isEqualTo(PARTITIONS);
        assertThat(changes).as("2, 4, 8, 16, 24").isEqualTo(4);
        assertThat(reason).endsWith("each partition has an instance");
    }

    @Test
    void shouldComeUpForAFloodAndThenOnlyGoDown() {
        run(0, 10_800, second -> second < 1_200 ? second * 20 : Math.max(0, 24_000 - (second - 1_200) * 40));
        assertThat(instances).isEqualTo(1);
        assertThat(changes).isGreaterThan(4);
        assertThat(reversals).as("up, then down").isEqualTo(1);
    }

    @Test
    void shouldNotScaleUpWhileTheBreakerIsOpenOrTheDownstreamSlow() {
        breakerOpen = true;
        run(0, 600, second -> 90_000);
        assertThat(instances).isEqualTo(2);
        assertThat(reason).contains("the breaker is open");
        breakerOpen = false;
        downstreamSlow = true;
        run(600, 1_200, second -> 90_000);
        assertThat(instances).isEqualTo(2);
        assertThat(reason).contains("the downstream is slow");
        downstreamSlow = false;
        run(1_200, 1_231, second -> 90_000);
        assertThat(instances).isEqualTo(4);
    }

    /** Lags of real groups through a real incident, and again and again, as on a bad day. */
    @ParameterizedTest
    @MethodSource("recorded")
    void shouldNotFlapOverARecordedIncident(Path curve) throws IOException {
        List<long[]> samples = Files.readAllLines(curve).stream().filter(line -> !line.startsWith("#"))
                .map(line -> Arrays.stream(line.split(",")).mapToLong(Long::parseLong).toArray()).toList();
        assertThat(samples).as("a curve that calls for more").anyMatch(sample -> sample[1] > ScalingRule.TARGET);
        long length = samples.get(samples.size() - 1)[0] + 10;

        for (int day = 0; day < 4; day++) {
            for (long[] sample : samples) {
                sample(day * length + sample[0], sample[1]);
            }
            assertThat(reversals).as("up and down for each incident, and no more").isLessThanOrEqualTo(2 * (day + 1));
            assertThat(instances).isBetween(1, PARTITIONS);
        }
    }

    static Stream<Path> recorded() throws Exception {
        try (Stream<Path> curves = Files.list(Path.of(ScalingRuleTest.class.getResource("/lag-curves").toURI()))) {
            return curves.sorted().toList().stream();
        }
    }

    private void run(int from, int to, LongUnaryOperator lag) {
        for (int second = from; second < to; second += 30) {
            sample(second, lag.applyAsLong(second));
        }
    }

    private void sample(long second, long lag) {
        ScalingRule.Wanted wanted = rule.onSampled(new ScalingRule.Seen(lag, instances, PARTITIONS, breakerOpen, downstreamSlow), second * 1_000L);
        int step = Integer.compare(wanted.instances(), instances);
        changes += Math.abs(step);
        reversals += step != 0 && direction == -step ? 1 : 0;
        direction = step == 0 ? direction : step;
        instances = wanted.instances();
        reason = wanted.reason();
    }
}
