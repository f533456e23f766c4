package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.testing.report.Figure;
import dev.sluice.testing.report.Timeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Prometheus saw of an incident, drawn: {@code docs/incident.svg} with {@code -Ddocs.write=true}, else a file of the build. */
public final class IncidentPlots {

    private record Query(String promql, String label) {
    }

    private static final Map<String, Query> QUERIES = new LinkedHashMap<>();

    static {
        QUERIES.put("Lag, events", new Query("sum by (group) (kafka_consumer_group_lag)", "group"));
        QUERIES.put("Lag, seconds", new Query("max by (group) (kafka_consumer_lag_seconds)", "group"));
        QUERIES.put("Pressure", new Query("max by (group) (consumer_pressure)", "group"));
        QUERIES.put("Events/s at the gateway", new Query("sum by (status) (rate(gateway_events_total[10s]))", "status"));
        QUERIES.put("Alerts that fire", new Query("count by (alertname) (ALERTS{alertstate=\"firing\"})", "alertname"));
    }

    private final double began = System.currentTimeMillis() / 1e3;
    private final Timeline timeline = new Timeline(List.copyOf(QUERIES.keySet()));

    /** Since the beginning. */
    public double seconds() {
        return System.currentTimeMillis() / 1e3 - began;
    }

    public void band(double from, String label) {
        timeline.band(from, seconds(), label);
    }

    public Path write(PrometheusProcess prometheus) throws IOException, InterruptedException {
        double ends = seconds();
        for (Map.Entry<String, Query> query : QUERIES.entrySet()) {
            for (JsonNode series : prometheus.range(query.getValue().promql(), began, began + ends)) {
                double last = -1;
                String name = series.path("metric").path(query.getValue().label()).asText();
                for (JsonNode sample : series.path("values")) {
                    double at = sample.path(0).asDouble() - began;
                    if (last >= 0 && at - last > 3) {
                        timeline.record(query.getKey(), name, at, Double.NaN);
                    }
                    timeline.record(query.getKey(), name, at, sample.path(1).asDouble());
                    last = at;
                }
            }
        }
        Path file = Boolean.getBoolean("docs.write") ? Kept.HOME.resolve("docs/incident.svg") : Path.of("target", "incident.svg");
        return Files.writeString(file, Figure.svg(timeline, ends));
    }
}
