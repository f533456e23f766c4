package dev.sluice.dlq;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HourlyCountTest {

    private static final long START = 1_700_000_000_000L / 60_000 * 60_000;

    @Test
    void shouldCountTheLastSixtyMinutesOnly() {
        HourlyCount count = new HourlyCount();
        count.add(START);
        count.add(START + 30 * 60_000);

        assertThat(count.total(START + 59 * 60_000)).isEqualTo(2);
        assertThat(count.total(START + 60 * 60_000)).isEqualTo(1);
        assertThat(count.total(START + 90 * 60_000)).isZero();
    }

    @Test
    void shouldReuseAMinuteOfAnEarlierHour() {
        HourlyCount count = new HourlyCount();
        count.add(START);

        count.add(START + 60 * 60_000);

        assertThat(count.total(START + 60 * 60_000)).isEqualTo(1);
    }
}
