package dev.sluice.engine.deploy;

import dev.sluice.config.InvalidSetting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RunPlanTest {

    @Test
    void shouldReadWhatToRun() {
        assertThat(RunPlan.parse("all").instances()).hasSize(4).containsValue(1);
        assertThat(RunPlan.parse("consumer=2, gateway").instances())
                .isEqualTo(Map.of(VerticleKind.CONSUMER, 2, VerticleKind.GATEWAY, 1));
        assertThat(RunPlan.parse("all,lag-monitor=0").of(VerticleKind.LAG_MONITOR)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "consumers", "consumer=", "consumer=x", "consumer=-1", "consumer=65", "consumer=0", "all,,"})
    void shouldSayWhatIsAllowed(String text) {
        assertThatThrownBy(() -> RunPlan.parse(text)).isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("all, or several of dlq-router, lag-monitor, gateway, consumer");
    }
}
