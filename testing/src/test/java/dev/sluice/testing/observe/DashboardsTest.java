package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The dashboards have what was promised. That each query has data is {@link dev.sluice.testing.WatchedIncidentTest}'s. */
class DashboardsTest {

    private static final String[] PROMISED = {"Lag by partition heatmap", "Processing time heatmap",
            "Processing time, p95 and p99 timeseries", "Throughput timeseries", "Error rate timeseries",
            "Backpressure against queue depth timeseries", "Prefetch budget against downstream latency timeseries",
            "Throttle ratio timeseries", "Breaker transitions timeseries",
            "Database connections against the pool's limit timeseries", "Cache hit rate timeseries", "Duplicates timeseries",
            "Dead letters per hour, by class timeseries"};

    @Test
    void shouldHaveEveryPanelOfTheContract() throws IOException {
        Set<String> panels = new HashSet<>();
        for (JsonNode dashboard : Dashboards.all()) {
            dashboard.path("panels").forEach(panel -> panels.add(panel.path("title").asText() + " " + panel.path("type").asText()));
        }
        assertThat(panels).contains(PROMISED);
        assertThat(Dashboards.all()).extracting(dashboard -> dashboard.path("title").asText()).containsExactlyInAnyOrder(
                "Sluice: consumer health", "Sluice: flow control", "Sluice: idempotency", "Sluice: dead letters");
    }

    @Test
    void shouldLetOneChooseGroupAndTopicAndSayWhatAPanelShows() throws IOException {
        for (JsonNode dashboard : Dashboards.all()) {
            String title = dashboard.path("title").asText();
            assertThat(dashboard.path("templating").path("list").findValuesAsText("name")).as(title)
                    .contains("datasource", "group", "topic");
            Set<Integer> ids = new HashSet<>();
            for (JsonNode panel : dashboard.path("panels")) {
                assertThat(panel.path("description").asText()).as(title).isNotBlank();
                assertThat(panel.path("targets")).as(title).isNotEmpty();
                assertThat(ids.add(panel.path("id").asInt())).as("%s: id of %s", title, panel.path("title")).isTrue();
            }
        }
    }

    @Test
    void shouldAggregateHistogramsOverInstances() throws IOException {
        assertThat(Dashboards.queries().stream().map(Dashboards.Query::expr).filter(expr -> expr.contains("_bucket"))
                .collect(Collectors.toSet())).isNotEmpty().allMatch(expr -> expr.contains("sum by (le"));
    }
}
