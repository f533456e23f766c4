package dev.sluice.consumer.handlers;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PushLimitTest {

    private final PushLimit limit = new PushLimit(32);

    @Test
    void shouldGrowByOneARoundWhileAnswersAreFast() {
        answer(4, 20);
        assertThat(limit.limit()).isEqualTo(4);
        answer(2, 20);
        assertThat(limit.limit()).isEqualTo(5);
        answer(2_000, 20);
        assertThat(limit.limit()).isEqualTo(32);
    }

    @Test
    void shouldShrinkWhenAnswersTakeMoreThanTwiceAsLong() {
        answer(2_000, 20);
        answer(20, 100);
        assertThat(limit.limit()).isLessThan(8);
    }

    @Test
    void shouldAcceptThatATargetHasBecomeSlowerForGood() {
        answer(100, 20);
        answer(1_000, 100);
        assertThat(limit.limit()).isEqualTo(32);
    }

    @Test
    void shouldHalveWhenRefusedAndNeverStop() {
        answer(2_000, 20);
        limit.onRefused();
        assertThat(limit.limit()).isEqualTo(16);
        for (int i = 0; i < 20; i++) {
            limit.onRefused();
        }
        assertThat(limit.limit()).isEqualTo(1);
    }

    private void answer(int times, double millis) {
        for (int i = 0; i < times; i++) {
            limit.onAnswered(millis);
        }
    }
}
