package dev.sluice.gateway;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

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

        assertThat((double) offer(20_000, 4)).as("while nothing is known of an end").isCloseTo(20_000, within(600.0));
        throttle.onPressure(0, now);
        now += SECOND / 2;
        assertThat(throttle.admittedRate(now)).isCloseTo(7_500, within(100.0));
        now += SECOND * 2 / 5;
        assertThat(throttle.admittedRate(now)).as("no more than before").isBetween(8_000.0, 10_000.0);
        now += SECOND;
        assertThat(offer(20_000, 1)).isEqualTo(20_000);
    }

    @Test
    void shouldNotHoldBackWhatConsumersBearForTheWholeHoldAfterOneMoment() {
        offer(10_000, 6);
        throttle.onPressure(0.8, now);
        throttle.onPressure(0, now);

        assertThat((double) offer(10_000, 4)).isBetween(33_000.0, 36_000.0);
        throttle.onPressure(0, now);
        assertThat(throttle.admittedRate(now)).as("counted from when it went").isBetween(9_900.0, 10_000.0);
        throttle.onPressure(0.8, now);
        assertThat(throttle.admittedRate(now + SECOND)).as("pressed again").isCloseTo(2_000, within(50.0));
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

    /** Else a load that rises after a quiet time, and makes the consumers hesitate at once, would be held down to that of the quiet. */
    @Test
    void shouldRememberForAMinuteWhatItLetInBeforeAQuietTime() {
        offer(10_000, 3);
        offer(100, 50);
        throttle.onPressure(0.5, now);
        assertThat(throttle.admittedRate(now)).isCloseTo(5_000, within(100.0));

        now += 6 * SECOND;
        offer(2_500, 70);
        throttle.onPressure(0.5, now);
        assertThat(throttle.admittedRate(now)).isCloseTo(1_250, within(30.0));
    }

    @Test
    void shouldRememberHalfWithEachMinuteOfSilenceAndNeverLessThanOfOneThatIsNew() {
        offer(16_000, 3);
        now += 60 * SECOND;
        assertThat(throttle.load(now).sustained()).isCloseTo(8_000, within(200.0));
        now += 60 * SECOND;
        throttle.onPressure(0.5, now);
        assertThat(throttle.admittedRate(now)).isCloseTo(2_000, within(50.0));

        now += 3_600 * SECOND;
        throttle.onPressure(0.5, now);
        assertThat(throttle.admittedRate(now)).isEqualTo(1_000);
    }

    @Test
    void shouldNotTakeAFewEventsBetweenLongLullsForTheSameMinute() {
        offer(16_000, 3);
        for (int i = 0; i < 20; i++) {
            now += 30 * SECOND;
            throttle.tryTake(now);
        }
        throttle.onPressure(0.5, now);

        assertThat(throttle.admittedRate(now)).isEqualTo(1_000);
    }

    /** Else a throttle that goes on and off would hold down what comes to less each time. */
    @Test
    void shouldNotForgetWhileItThrottles() {
        offer(10_000, 6);
        for (int i = 0; i < 600; i++) {
            throttle.onPressure(0.9, now);
            now += SECOND;
        }
        now += 5 * SECOND;
        offer(10_000, 0.1);
        throttle.onPressure(0.5, now);

        assertThat(throttle.admittedRate(now)).isCloseTo(5_000, within(100.0));
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
    void shouldTakeItsShareOfWhatAllGatewaysLetIn() {
        offer(6_000, 6);
        throttle.onPeers(List.of(load(6_000, 9_000), load(4_000, 9_000)), 0);
        throttle.onPressure(0.5, now);

        assertThat(throttle.admittedRate(now)).isCloseTo(2_500, within(30.0));
    }

    @Test
    void shouldTakeOverTheShareOfOneThatIsGone() {
        offer(6_000, 6);
        throttle.onPeers(List.of(load(6_000, 9_000), load(4_000, 9_000)), 0);
        throttle.onPressure(0.5, now);
        throttle.onPeers(List.of(load(6_000, 9_000)), 0);

        assertThat(throttle.admittedRate(now)).isCloseTo(5_000, within(60.0));
    }

    @Test
    void shouldKnowTheMeasureFromAPeerWhenItComesInTheMidst() {
        throttle.onPeers(List.of(new GatewayLoad(5_000, 9_000, 10_000), load(0, 9_000)), 1);
        throttle.onPressure(0.5, now);

        assertThat(throttle.admittedRate(now)).isCloseTo(2_500, within(30.0));
    }

    @Test
    void shouldLeaveToOthersWhatItsOwnClientsDoNotWant() {
        List<GatewayLoad> live = List.of(load(0, 100), load(0, 10_000), load(0, 700), load(0, 0));

        assertThat(List.of(GatewayLoad.shareOf(2_000, live, 0), GatewayLoad.shareOf(2_000, live, 1),
                GatewayLoad.shareOf(2_000, live, 2), GatewayLoad.shareOf(2_000, live, 3))).containsExactly(100.0, 1_150.0, 700.0, 50.0);
        assertThat(GatewayLoad.shareOf(4_000, List.of(load(0, 1_000), load(0, 2_000)), 1)).isEqualTo(2_500);
    }

    private static GatewayLoad load(double sustained, double wanted) {
        return new GatewayLoad(sustained, wanted, 0);
    }

    @Test
    void shouldSayHowLongToWait() {
        offer(10_000, 6);
        throttle.onPressure(0.9, now);

        assertThat(throttle.waitBehind(0, now)).isEqualTo(Duration.ofSeconds(1));
        assertThat(throttle.waitBehind(4_500, now)).isEqualTo(Duration.ofSeconds(5));
        assertThat(throttle.waitBehind(1_000_000, now)).isEqualTo(Duration.ofSeconds(30));
    }
}
