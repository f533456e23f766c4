package dev.sluice.engine.operations;

import dev.sluice.bus.ComponentHealth;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class HealthBoardTest {

    private static final long NOW = 1_000_000_000L;
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final HealthBoard board = new HealthBoard(meters);

    @Test
    void shouldBeReadyOnlyWhenStartedAndAllWereHeard() {
        board.expect("consumer-verticle", 2);
        hear("0", true, "", NOW);
        board.onStarted();
        assertThat(board.readiness(NOW).ready()).isFalse();
        assertThat(board.readiness(NOW).components().get("consumer-verticle").reason()).isEqualTo("1 of 2 instances heard of");

        hear("1", true, "", NOW);
        assertThat(board.readiness(NOW).ready()).isTrue();

        board.onStopping();
        assertThat(board.readiness(NOW).ready()).isFalse();
    }

    @Test
    void shouldShowEachComponentAsAMetric() {
        board.expect("consumer-verticle", 1);
        assertThat(meters.get("component_up").tag("component", "consumer-verticle").gauge().value()).isZero();

        hear("0", true, "", System.nanoTime());
        assertThat(meters.get("component_up").tag("component", "consumer-verticle").gauge().value()).isEqualTo(1);
    }

    @Test
    void shouldTurnRedWithOneInstanceAndGreenAgain() {
        board.expect("consumer-verticle", 1);
        board.onStarted();
        hear("0/audit", true, "", NOW);
        hear("0/entity-state", false, "breaker open", NOW);
        assertThat(board.readiness(NOW).components().get("consumer-verticle"))
                .isEqualTo(new Readiness.Component(false, "breaker open"));

        hear("0/entity-state", true, "", NOW);
        assertThat(board.readiness(NOW).ready()).isTrue();
    }

    @Test
    void shouldTurnRedAfterTenSecondsOfSilence() {
        board.expect("consumer-verticle", 1);
        board.onStarted();
        hear("0", true, "", NOW);

        assertThat(board.readiness(NOW + Duration.ofSeconds(10).toNanos()).ready()).isTrue();
        assertThat(board.readiness(NOW + Duration.ofSeconds(11).toNanos()).ready()).isFalse();
    }

    private void hear(String instance, boolean healthy, String reason, long at) {
        board.heard(new ComponentHealth("n", "consumer-verticle", instance, healthy, reason), at);
    }
}
