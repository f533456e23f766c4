package dev.sluice.consumer;

import dev.sluice.consumer.Liveness.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LivenessTest {

    @ParameterizedTest
    @CsvSource({"1199, 7, SILENT", "1200, 7, ASK_FOR_ITS_CONNECTION", "3999, 7, ASK_FOR_ITS_CONNECTION", "4000, 7, DEAD",
            "1699, '', SILENT", "1700, '', DEAD"})
    void shouldGiveASlowMemberMoreTimeThanADeadOne(long silentMillis, String connection, Finding finding) {
        assertThat(Liveness.STANDARD.of(silentMillis, connection)).isEqualTo(finding);
    }

    @Test
    void shouldLeaveTimeForTheRebalanceWithinThreeSeconds() {
        assertThat(Liveness.STANDARD.unknown().plus(Liveness.STANDARD.beat()).toMillis()).isLessThanOrEqualTo(2_000);
    }
}
