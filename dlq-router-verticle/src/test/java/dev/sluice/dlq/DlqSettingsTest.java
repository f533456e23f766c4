package dev.sluice.dlq;

import dev.sluice.config.InvalidSetting;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.RetrySchedule;
import dev.sluice.failure.Verdict;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DlqSettingsTest {

    @Test
    void shouldHaveTheContractsNumbers() {
        assertThat(DlqSettings.standard().scheduleOf("any")).isEqualTo(RetrySchedule.STANDARD);
    }

    @Test
    void shouldLetAGroupDifferInWhatItNames() {
        DlqSettings settings = new DlqSettings(new DlqSettings.Retry(2, Duration.ofSeconds(3), null),
                Map.of("audit", new DlqSettings.Retry(10, null, null)), null, Duration.ofSeconds(9));

        assertThat(settings.scheduleOf("audit")).isEqualTo(new RetrySchedule(10, Duration.ofSeconds(3), Duration.ofSeconds(30)));
        assertThat(settings.scheduleOf("other")).isEqualTo(new RetrySchedule(2, Duration.ofSeconds(3), Duration.ofSeconds(30)));
    }

    @Test
    void shouldPutItsRulesOverTheStandardOnes() {
        DlqSettings settings = new DlqSettings(null, null,
                new FailureRules(Map.of("23505", Verdict.TRANSIENT), null, null), Duration.ofSeconds(9));

        assertThat(settings.rules().sqlStates()).containsEntry("23505", Verdict.TRANSIENT).containsEntry("23*", Verdict.PERMANENT);
    }

    @Test
    void shouldNameTheKeyTheValueAndWhatIsAllowed() {
        assertThatThrownBy(() -> new DlqSettings(null, null, null, Duration.ofSeconds(20)))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("dlq.delivery-timeout").hasMessageContaining("PT20S")
                .hasMessageContaining("1s to 12s");
        assertThatThrownBy(() -> new DlqSettings(null, Map.of("audit", new DlqSettings.Retry(99, null, null)), null,
                Duration.ofSeconds(9))).isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("dlq.retry-by-group.audit").hasMessageContaining("0 to 30");
    }
}
