package dev.sluice.gateway;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class LatestMarksTest {

    private static final int MOST = 1_000;

    private long now = -5;
    private final LatestMarks latest = new LatestMarks(MOST, Duration.ofSeconds(60), () -> now);

    private static Mark.Published mark(int number) {
        return new Mark.Published(1, number, "hash");
    }

    private void add(int from, int to) {
        for (int i = from; i < to; i++) {
            latest.add("id-" + i, mark(i));
        }
    }

    @Test
    void shouldKnowTheLatestHoweverManyCameBeforeThem() {
        add(0, 100_000);

        for (int i = 100_000 - MOST / 2; i < 100_000; i++) {
            assertThat(latest.of("id-" + i)).isEqualTo(mark(i));
        }
        assertThat(latest.of("id-0")).isNull();
        assertThat(latest.size()).isBetween(MOST / 2, MOST);
    }

    @Test
    void shouldForgetWhatIsTooOldHoweverFewThereAre() {
        add(0, 1);
        now += Duration.ofSeconds(40).toNanos();
        add(1, 2);
        now += Duration.ofSeconds(19).toNanos();
        assertThat(latest.of("id-0")).isEqualTo(mark(0));

        now += Duration.ofSeconds(1).toNanos();
        assertThat(latest.of("id-0")).isNull();
        add(2, 3);
        assertThat(latest.of("id-1")).as("of the older generation").isEqualTo(mark(1));
        now += Duration.ofSeconds(40).toNanos();
        assertThat(latest.of("id-1")).isNull();
        assertThat(latest.of("id-2")).isEqualTo(mark(2));
    }

    @Test
    void shouldTellTheNewestMarkOfAnIdentity() {
        latest.add("id", mark(1));
        add(0, MOST / 2);
        latest.add("id", mark(2));

        assertThat(latest.of("id")).isEqualTo(mark(2));
    }
}
