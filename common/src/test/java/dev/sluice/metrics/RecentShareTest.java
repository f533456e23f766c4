package dev.sluice.metrics;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentShareTest {

    private static final long SECOND = 1_000_000_000L;
    private final RecentShare share = new RecentShare();

    @Test
    void shouldCountFiveMinutesAndNoLonger() {
        share.add(0, true);
        share.add(100 * SECOND, false);
        share.add(200 * SECOND, false);
        share.add(299 * SECOND, true);
        assertThat(share.ratio(299 * SECOND)).isEqualTo(0.5);
        assertThat(share.ratio(301 * SECOND)).isEqualTo(1.0 / 3);
        assertThat(share.ratio(599 * SECOND)).isNaN();
    }

    @Test
    void shouldWorkWithAClockThatBeganBelowZero() {
        share.add(-5 * SECOND, true);
        share.add(5 * SECOND, false);
        assertThat(share.ratio(6 * SECOND)).isEqualTo(0.5);
    }
}
