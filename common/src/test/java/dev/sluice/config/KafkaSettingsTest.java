package dev.sluice.config;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class KafkaSettingsTest {

    private static final String[] LONGEST = {"reconnect.backoff.max.ms", "retry.backoff.max.ms"};

    @Test
    void shouldAskAgainWithinASecondWhereEventsWaitForTheAnswer() {
        KafkaSettings settings = new KafkaSettings("127.0.0.1:9092", Map.of());

        for (String longest : LONGEST) {
            assertThat(settings.clientProperties("lag")).containsEntry(longest, "30000");
            assertThat(settings.promptProperties("consumer")).containsEntry(longest, "1000");
        }
    }

    @Test
    void shouldLeaveTheLastWordToTheOperator() {
        for (String longest : LONGEST) {
            KafkaSettings settings = new KafkaSettings("127.0.0.1:9092", Map.of(longest, "7000"));

            assertThat(settings.promptProperties("consumer")).containsEntry(longest, "7000");
        }
    }
}
