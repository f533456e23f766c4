package dev.sluice.gateway;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class LatestMarksTest {

    private static final int MOST = 1_000;
    private static final String[] HASHES = {"AAECAwQFBgcICQoLDA0ODw", "__79_Pv6-fj39vX08_Lx8A"};

    private long now = -5;
    private final LatestMarks latest = new LatestMarks(MOST, Duration.ofSeconds(60), () -> now);

    private static Mark.Published mark(int number) {
        return new Mark.Published(number % 24, 1L << 33 | number, HASHES[number % 2]);
    }

    private void add(int from, int to) {
        for (int i = from; i < to; i++) {
            latest.add(LatestMarks.Name.of("id-" + i), mark(i));
        }
    }

    private Mark.Published of(int number) {
        return latest.of(LatestMarks.Name.of("id-" + number));
    }

    @Test
    void shouldKnowTheLatestHoweverManyCameBeforeThem() {
        add(0, 100_000);

        for (int i = 100_000 - MOST / 2; i < 100_000; i++) {
            assertThat(of(i)).isEqualTo(mark(i));
        }
        assertThat(of(0)).isNull();
        assertThat(latest.size()).isBetween(MOST / 2, MOST);
    }

    @Test
    void shouldForgetWhatIsTooOldHoweverFewThereAre() {
        add(0, 1);
        now += Duration.ofSeconds(40).toNanos();
        add(1, 2);
        now += Duration.ofSeconds(19).toNanos();
        assertThat(of(0)).isEqualTo(mark(0));

        now += Duration.ofSeconds(1).toNanos();
        assertThat(of(0)).isNull();
        add(2, 3);
        assertThat(of(1)).as("of the older generation").isEqualTo(mark(1));
        now += Duration.ofSeconds(40).toNanos();
        assertThat(of(1)).isNull();
        assertThat(of(2)).isEqualTo(mark(2));
    }

    @Test
    void shouldTellTheNewestMarkOfAnIdentity() {
        latest.add(LatestMarks.Name.of("id"), mark(1));
        add(0, MOST / 2);
        latest.add(LatestMarks.Name.of("id"), mark(2));

        assertThat(latest.of(LatestMarks.Name.of("id"))).isEqualTo(mark(2));
    }

    @Test
    void shouldRememberNoMarkWithAHashOfAnotherKind() {
        latest.add(LatestMarks.Name.of("id"), new Mark.Published(1, 1, "of another kind"));
        latest.add(LatestMarks.Name.of("id"), new Mark.Published(1, 1, "AAEC"));

        assertThat(latest.size()).isZero();
    }
}
