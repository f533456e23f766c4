package dev.sluice.consumer;

import dev.sluice.consumer.FlowController.Measured;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class FlowControllerTest {

    private static final long KIB = 1024;
    private final FlowController flow = new FlowController(BatchSize.USUAL, 256 * KIB, 1024 * KIB, 5 * 1024 * KIB);

    @Test
    void shouldHalveAboveAndDoubleBelowTheDeadBand() {
        assertThat(budgetAt(5)).isEqualTo(2048 * KIB);
        assertThat(budgetAt(20)).isEqualTo(2048 * KIB);
        assertThat(budgetAt(60)).isEqualTo(1024 * KIB);
        assertThat(budgetAt(20)).isEqualTo(1024 * KIB);
    }

    @Test
    void shouldComeBackToItsStartUnderALoadThatKeepsBatchesAtTheirAim() {
        budgetAt(60);
        assertThat(budgetAt(60)).isEqualTo(256 * KIB);
        assertThat(budgetAt(20)).isEqualTo(320 * KIB);
        for (int i = 0; i < 20; i++) {
            budgetAt(20);
        }
        assertThat(budgetAt(20)).isEqualTo(1024 * KIB);
    }

    @Test
    void shouldStayWithinItsBounds() {
        for (int i = 0; i < 20; i++) {
            budgetAt(500);
        }
        assertThat(budgetAt(500)).isEqualTo(256 * KIB);
        for (int i = 0; i < 20; i++) {
            budgetAt(1);
        }
        assertThat(budgetAt(1)).isEqualTo(5 * 1024 * KIB);
    }

    @Test
    void shouldStopWhileTheDownstreamFailsAndComeBackSmall() {
        FlowController.Decision failing = flow.onMeasured(new Measured(5, 0.6, 0.2, false, 0, 0));
        assertThat(failing).isEqualTo(new FlowController.Decision(0, 1));

        assertThat(budgetAt(5)).isEqualTo(256 * KIB);
    }

    @Test
    void shouldNotPressForAHealthyCatchUp() {
        assertThat(flow.onMeasured(new Measured(8, 0, 0.2, false, 1, 5_000)).pressure()).isZero();
        assertThat(flow.onMeasured(new Measured(12, 0, 0.2, false, 1, 5_000)).pressure()).isGreaterThan(0.9);
    }

    @Test
    void shouldNotTakeTheTimeThatLargeBatchesMayTakeForSlowness() {
        FlowController large = new FlowController(Duration.ofMillis(100), 256 * KIB, 1024 * KIB, 5 * 1024 * KIB);
        assertThat(large.highLatencyMillis()).isEqualTo(130);
        assertThat(large.onMeasured(new Measured(130, 0, 0.2, false, 0, 0))).isEqualTo(new FlowController.Decision(1024 * KIB, 0));
        assertThat(large.onMeasured(new Measured(260, 0, 0.2, false, 0, 0))).isEqualTo(new FlowController.Decision(512 * KIB, 0.5));
    }

    @Test
    void shouldPressHarderTheSlowerItGets() {
        double slow = flow.onMeasured(new Measured(100, 0, 0.2, false, 0, 0)).pressure();
        double slower = flow.onMeasured(new Measured(200, 0, 0.2, false, 0, 0)).pressure();

        assertThat(slow).isEqualTo(0.5);
        assertThat(slower).isEqualTo(0.75);
    }

    @Test
    void shouldChangeNothingWithoutMeasurement() {
        assertThat(budgetAt(Double.NaN)).isEqualTo(1024 * KIB);
    }

    private long budgetAt(double latencyMillis) {
        return flow.onMeasured(new Measured(latencyMillis, 0, 0.2, false, 0, 0)).budgetBytes();
    }
}
