package dev.sluice.lag;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class EndHistoryTest {

    private final EndHistory history = new EndHistory();

    @Test
    void shouldInterpolateBetweenTwoSamples() {
        history.onSampled(10_000, 100);
        history.onSampled(20_000, 200);

        assertThat(history.ageOf(150, 30_000)).isEqualTo(15.0);
    }

    @Test
    void shouldNotAgeARecordByTheTimeBeforeItCame() {
        history.onSampled(0, 100);
        for (int millis = 1_000; millis <= 60_000; millis += 1_000) {
            history.onSampled(millis, 100);
        }
        history.onSampled(61_000, 101);

        assertThat(history.ageOf(100, 61_000)).isEqualTo(1.0);
    }

    @Test
    void shouldSayTheAgeOfTheOldestSampleForWhatWasThereBeforeIt() {
        history.onSampled(10_000, 100);
        history.onSampled(20_000, 200);

        assertThat(history.ageOf(50, 30_000)).isEqualTo(20.0);
    }

    @Test
    void shouldBeZeroForWhatTheEndHasNotPassed() {
        history.onSampled(10_000, 100);

        assertThat(history.ageOf(100, 30_000)).isZero();
        assertThat(new EndHistory().ageOf(5, 30_000)).isZero();
    }

    @Test
    void shouldKeepThePastWhenItIsFullAndOnlyGetCoarser() {
        for (int sample = 0; sample < 10_000; sample++) {
            history.onSampled(sample * 1_000L, sample * 10L);
        }

        assertThat(history.ageOf(5, 10_000_000)).isCloseTo(9_999.5, within(0.01));
        assertThat(history.ageOf(50_000, 10_000_000)).isCloseTo(5_000, within(1.0));
    }

    @Test
    void shouldForgetATopicThatWasCreatedAnew() {
        history.onSampled(10_000, 100);
        history.onSampled(20_000, 5);

        assertThat(history.ageOf(2, 30_000)).isEqualTo(10.0);
    }
}
