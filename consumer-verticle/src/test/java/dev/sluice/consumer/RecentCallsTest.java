package dev.sluice.consumer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentCallsTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private RecentCalls calls = new RecentCalls();

    @BeforeEach
    void warmUp() {
        call(-30 * SECOND, MILLI, false);
        calls.latencyMillis(0);
    }

    @Test
    void shouldNotTakeTheSlownessOfAProcessThatHasJustStartedForThatOfTheDownstream() {
        calls = new RecentCalls();
        RecentCalls.Call running = calls.onStarted(0);
        call(0, 200 * MILLI, false);
        call(2 * SECOND, 150 * MILLI, false);
        assertThat(calls.latencyMillis(240 * MILLI)).isNaN();
        assertThat(calls.latencyMillis(260 * MILLI)).as("it hangs").isEqualTo(260);
        calls.onEnded(running, 2 * SECOND, true);
        call(2 * SECOND, 5 * MILLI, false);
        assertThat(calls.latencyMillis(3 * SECOND)).as("a fast one tells").isEqualTo(5);
        call(3 * SECOND, 200 * MILLI, false);
        call(3 * SECOND, 200 * MILLI, false);
        assertThat(calls.latencyMillis(4 * SECOND)).as("warm").isEqualTo(200);
    }

    @Test
    void shouldKnowNothingWithoutCalls() {
        assertThat(calls.latencyMillis(0)).isNaN();
        assertThat(calls.failureRatio(0)).isZero();
        assertThat(calls.calls(0)).isZero();
    }

    @Test
    void shouldTellThe95thPercentileOfFiveSeconds() {
        for (int i = 1; i <= 100; i++) {
            call(0, i * MILLI, false);
        }
        assertThat(calls.latencyMillis(SECOND)).isEqualTo(95);
        assertThat(calls.latencyMillis(6 * SECOND)).isNaN();
    }

    @Test
    void shouldNotTakeOneSlowCallOfAFewForTheirState() {
        for (int i = 0; i < 5; i++) {
            call(0, (i == 3 ? 900 : 2) * MILLI, false);
        }
        assertThat(calls.latencyMillis(SECOND)).isEqualTo(2);
        call(0, 900 * MILLI, false);
        assertThat(calls.latencyMillis(SECOND)).isEqualTo(900);
    }

    @Test
    void shouldTellTheAgeOfACallThatHangs() {
        call(0, 5 * MILLI, false);
        calls.onStarted(0);
        assertThat(calls.latencyMillis(3 * SECOND)).isEqualTo(3_000);
    }

    @Test
    void shouldNotTakeOneMomentOfStandingStillForTheStateOfTheDownstream() {
        call(0, 200 * MILLI, false);
        call(0, 5 * MILLI, false);
        calls.onStarted(SECOND);
        assertThat(calls.latencyMillis(SECOND + 249 * MILLI)).isEqualTo(5);
        assertThat(calls.latencyMillis(SECOND + 250 * MILLI)).as("it hangs").isEqualTo(250);
    }

    @Test
    void shouldTellThatTheDownstreamHasBecomeSlowOfTheThirdSlowCallInARow() {
        for (int i = 0; i < 1_000; i++) {
            call(0, 5 * MILLI, false);
        }
        call(SECOND, 200 * MILLI, false);
        call(SECOND, 180 * MILLI, false);
        calls.onStarted(SECOND + 200 * MILLI);
        assertThat(calls.latencyMillis(SECOND + 260 * MILLI)).isEqualTo(60);
        assertThat(calls.latencyMillis(SECOND + 390 * MILLI)).isEqualTo(180);
        call(SECOND + 390 * MILLI, MILLI, false);
        assertThat(calls.latencyMillis(SECOND + 392 * MILLI)).as("a fast one again").isEqualTo(5);
    }

    @Test
    void shouldTellTheFailuresOfTenSeconds() {
        call(0, MILLI, true);
        call(8 * SECOND, MILLI, true);
        call(9 * SECOND, MILLI, false);
        assertThat(calls.failureRatio(9 * SECOND)).isEqualTo(2.0 / 3);
        assertThat(calls.failureRatio(11 * SECOND)).isEqualTo(0.5);
        calls.forgetFailures();
        assertThat(calls.failureRatio(11 * SECOND)).isZero();
        assertThat(calls.calls(11 * SECOND)).isEqualTo(1);
    }

    private void call(long start, long duration, boolean failed) {
        calls.onEnded(calls.onStarted(start), start + duration, failed);
    }
}
