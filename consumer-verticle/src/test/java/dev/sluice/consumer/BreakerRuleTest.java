package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerRuleTest {

    private static final long SECOND = 1_000_000_000L;
    private final BreakerRule rule = new BreakerRule();

    @Test
    void shouldOpenAtHalfOfAtLeastTwentyCalls() {
        assertThat(rule.opens(0, 19, 1, 5)).isFalse();
        assertThat(rule.opens(0, 20, 0.49, 5)).isFalse();
        assertThat(rule.opens(0, 20, 0.5, 5)).isTrue();
    }

    @Test
    void shouldOpenWhenItIsSlowForFiveSecondsWithoutABreak() {
        assertThat(rule.opens(0, 1, 0, 1_001)).isFalse();
        assertThat(rule.opens(4 * SECOND, 1, 0, 1_001)).isFalse();
        assertThat(rule.opens(4 * SECOND + 1, 1, 0, 1_000)).isFalse();
        assertThat(rule.opens(5 * SECOND, 1, 0, 2_000)).isFalse();
        assertThat(rule.opens(9 * SECOND, 1, 0, 2_000)).isFalse();
        assertThat(rule.opens(10 * SECOND, 1, 0, 2_000)).isTrue();
    }

    @Test
    void shouldNotTakeNoMeasurementForSlow() {
        rule.opens(0, 0, 0, Double.NaN);
        assertThat(rule.opens(60 * SECOND, 0, 0, Double.NaN)).isFalse();
    }

    @Test
    void shouldForgetWhatWasBeforeItClosed() {
        rule.opens(0, 1, 0, 2_000);
        rule.onClosed();
        assertThat(rule.opens(6 * SECOND, 1, 0, 2_000)).isFalse();
        assertThat(rule.opens(11 * SECOND, 1, 0, 2_000)).isTrue();
    }
}
