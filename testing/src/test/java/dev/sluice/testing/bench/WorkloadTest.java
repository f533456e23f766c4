package dev.sluice.testing.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class WorkloadTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Workload workload = new Workload(10_000, 50, 24, 300);

    @Test
    void shouldSendEachEventInTheOrderOfItsEntityAndOneInTwoHundredAgain() {
        Set<String> ids = new HashSet<>();
        Map<String, Long> last = new HashMap<>();
        int sent = workload.sendTo((key, value) -> {
            JsonNode event = json(value);
            assertThat(value).hasSize(300);
            assertThat(new String(key, StandardCharsets.UTF_8)).isEqualTo("account:" + event.path("entityId").asText());
            if (ids.add(event.path("eventId").asText())) {
                assertThat(event.path("sequence").asLong())
                        .isEqualTo(last.merge(event.path("entityId").asText(), 1L, Long::sum));
            }
        });
        assertThat(ids).hasSize(10_000);
        assertThat(sent).isEqualTo(10_000 + 49);
        assertThat(last).hasSize(50);
    }

    @Test
    void shouldMakeSmallAndLargeEventsOfAnEntityThatSluiceKnows() {
        for (int size : new int[] {100, 4_096}) {
            new Workload(1_000, 10_000, 24, size).sendTo((key, value) -> {
                assertThat(value).hasSize(size);
                JsonNode event = json(value);
                assertThat(new String(key, StandardCharsets.UTF_8)).isEqualTo("account:" + event.path("entityId").asText());
                assertThat(event.at("/data/status").asText()).isNotBlank();
            });
        }
    }

    @Test
    void shouldLetFewEntitiesHaveMostEvents() {
        Map<String, Integer> events = new HashMap<>();
        new Workload(10_000, 10_000, 24, 300, Workload.Spread.ZIPF)
                .sendTo((key, value) -> events.merge(new String(key, StandardCharsets.UTF_8), 1, Integer::sum));
        int ofTheTen = events.values().stream().sorted((a, b) -> b - a).limit(10).mapToInt(Integer::intValue).sum();
        assertThat(ofTheTen).isBetween(2_000, 4_000);
        assertThat(events.size()).isGreaterThan(1_000);
    }

    @Test
    void shouldBeTheSameEachTime() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        workload.sendTo((key, value) -> first.add(new String(value, StandardCharsets.UTF_8)));
        workload.sendTo((key, value) -> second.add(new String(value, StandardCharsets.UTF_8)));
        assertThat(second).isEqualTo(first);
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
