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

        assertThat(offer(10_000, 3)).isEqualTo(30_000);
        assertThat(throttle.admittedRate(now)).isInfinite();
    }

    @Test
    void shouldLetInTheShareThatThePressureLeaves() {
        offer(10_000, 6);
        throttle.onPressure(0.75, now);

        assertThat((double) offer(10_000, 4)).isCloseTo(10_000, within(300.0));
    }

    @Test
    void shouldNeverFallBelowOnePercent() {
        offer(10_000, 6);
        throttle.onPressure(1, now);

        assertThat((double) offer(10_000, 4)).isCloseTo(400, within(15.0));
    }

    @Test
    void shouldHoldForAWhileAfterThePressureHasGoneAndThenLetGo() {
        offer(10_000, 6);
        throttle.onPressure(0.5, now);
        throttle.onPressure(0, now + SECOND);

        assertThat((double) offer(10_000, 4)).isCloseTo(20_000, within(600.0));
        now += SECOND;
        assertThat(offer(10_000, 1)).isEqualTo(10_000);
    }

    @Test
    void shouldKeepItsMeasureWhileItIsOn() {
        offer(10_000, 6);
        for (int i = 0; i < 20; i++) {
            throttle.onPressure(0.9, now);
            offer(10_000, 1);
        }

        assertThat(throttle.admittedRate(now)).isCloseTo(1_000, within(1.0));
    }

    @Test
    void shouldFollowThePressureUpAndDown() {
        offer(10_000, 6);
        throttle.onPressure(0.9, now);
        offer(10_000, 1);
        throttle.onPressure(0.2, now);

        assertThat(throttle.admittedRate(now)).isCloseTo(8_000, within(1.0));
    }

    @Test
    void shouldSayHowLongToWait() {
        offer(10_000, 6);
        throttle.onPressure(0.9, now);

        assertThat(throttle.waitBehind(0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(throttle.waitBehind(4_500)).isEqualTo(Duration.ofSeconds(5));
        assertThat(throttle.waitBehind(1_000_000)).isEqualTo(Duration.ofSeconds(30));
    }
}
