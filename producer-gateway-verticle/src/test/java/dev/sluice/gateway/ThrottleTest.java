package dev.sluice.gateway;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ThrottleTest {

    private static final long SECOND = 1_000_000_000L;

    private final Throttle throttle = new Throttle(Duration.ofSeconds(5));
    private long now = 100 * SECOND;

    /** Offers so many a second, evenly. @return how many were let in */
    private int offer(int perSecond, double seconds) {
        int admitted = 0;
        for (int i = 0; i < perSecond * seconds; i++) {
            now += SECOND / perSecond;
            admitted += throttle.tryTake(now) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void shouldLetAllInWithoutPressure() {
        throttle.onPressure(0.09, now);

        assertThat(offer(1_000, 3)).isEqualTo(3_000);
        assertThat(throttle.admittedRate(now)).isInfinite();
    }

    @Test
    void shouldLetInTheShareThatThePressureLeaves() {
        offer(1_000, 6);
        throttle.onPressure(0.75, now);

        assertThat((double) offer(1_000, 4)).isCloseTo(1_000, within(50.0));
    }

    @Test
    void shouldNeverFallBelowOnePercent() {
        offer(1_000, 6);
        throttle.onPressure(1, now);

        assertThat((double) offer(1_000, 4)).isCloseTo(40, within(3.0));
    }

    @Test
    void shouldHoldForAWhileAfterThePressureHasGoneAndThenLetGo() {
        offer(1_000, 6);
        throttle.onPressure(0.5, now);
        throttle.onPressure(0, now + SECOND);

        assertThat((double) offer(1_000, 4)).isCloseTo(2_000, within(60.0));
        now += SECOND;
        assertThat(offer(1_000, 1)).isEqualTo(1_000);
    }

    @Test
    void shouldKeepItsMeasureWhileItIsOn() {
        offer(1_000, 6);
        for (int i = 0; i < 20; i++) {
            throttle.onPressure(0.9, now);
            offer(1_000, 1);
        }

        assertThat(throttle.admittedRate(now)).isCloseTo(100, within(1.0));
    }

    @Test
    void shouldFollowThePressureUpAndDown() {
        offer(1_000, 6);
        throttle.onPressure(0.9, now);
        offer(1_000, 1);
        throttle.onPressure(0.2, now);

        assertThat(throttle.admittedRate(now)).isCloseTo(800, within(1.0));
    }

    @Test
    void shouldSayHowLongToWait() {
        offer(1_000, 6);
        throttle.onPressure(0.9, now);

        assertThat(throttle.waitBehind(0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(throttle.waitBehind(450)).isEqualTo(Duration.ofSeconds(5));
        assertThat(throttle.waitBehind(1_000_000)).isEqualTo(Duration.ofSeconds(30));
    }
}
