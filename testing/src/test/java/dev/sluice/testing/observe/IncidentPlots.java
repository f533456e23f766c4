package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.testing.report.Figure;
import dev.sluice.testing.report.Timeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What Prometheus saw of an incident, drawn: a figure of the whole, one of each dashboard, and the groups' lags as curves for
 * {@code ScalingRuleTest}. In {@code docs} with {@code -Ddocs.write=true}, else in the build's folder.
 */
public final class IncidentPlots {

    private static final int CURVE_STEP = 10;
    private static final double SCALES_UP = 5_000;
    private static final Map<String, Dashboards.Query> OVERVIEW = new LinkedHashMap<>();

    static {
        overview("Lag, events", "sum by (group) (kafka_consumer_group_lag)", "{{group}}");
        overview("Lag, seconds", "max by (group) (kafka_consumer_lag_seconds)", "{{group}}");
        overview("Pressure", "max by (group) (consumer_pressure)", "{{group}}");
        overview("Events/s at the gateway", "sum by (status) (rate(gateway_events_total[10s]))", "{{status}}");
        overview("Pages", "count by (alertname) (ALERTS{alertstate=\"firing\",severity=\"page\"})", "{{alertname}}");
        overview("Warnings", "count by (alertname) (ALERTS{alertstate=\"firing\",severity!=\"page\"})", "{{alertname}}");
    }

    private final double began = System.currentTimeMillis() / 1e3;
    private final List<Timeline.Band> bands = new ArrayList<>();

    private static void overview(String panel, String expr, String legend) {
        OVERVIEW.put(panel, new Dashboards.Query("Incident", panel, expr, legend, false));
    }

    /** Since the beginning. */
    public double seconds() {
        return System.currentTimeMillis() / 1e3 - began;
    }

    public void band(double from, String label) {
        bands.add(new Timeline.Band(from, seconds(), label));
    }

    /** @return what was written */
    public List<Path> write(PrometheusProcess prometheus) throws IOException, InterruptedException {
        List<Path> written = new ArrayList<>();
        written.add(figure(prometheus, List.copyOf(OVERVIEW.values()), Set.of(), "incident"));
        for (JsonNode dashboard : Dashboards.all()) {
            Set<String> heatMaps = new HashSet<>();
            dashboard.path("panels").forEach(panel -> {
                if (panel.path("type").asText().equals("heatmap")) {
                    heatMaps.add(panel.path("title").asText());
                }
            });
            written.add(figure(prometheus, Dashboards.queries(dashboard), heatMaps, "dashboards/" + dashboard.path("uid").asText()));
        }
        written.addAll(curves(prometheus));
        return written;
    }

    /** Second and lag, for each group that was ever behind by more than a scaling rule would bear. */
    private List<Path> curves(PrometheusProcess prometheus) throws IOException, InterruptedException {
        List<Path> written = new ArrayList<>();
        for (JsonNode series : prometheus.range("sum by (group) (kafka_consumer_lag >= 0)", began, began + seconds(), CURVE_STEP)) {
            StringBuilder curve = new StringBuilder("# Recorded by WatchedIncidentTest: second, lag\n");
            double most = 0;
            for (JsonNode sample : series.path("values")) {
                curve.append(Math.round(sample.path(0).asDouble() - began)).append(',').append(sample.path(1).asLong()).append('\n');
                most = Math.max(most, sample.path(1).asDouble());
            }
            if (most > SCALES_UP) {
                Path folder = Boolean.getBoolean("docs.write") ? Kept.HOME.resolve("lag-monitor-verticle/src/test/resources/lag-curves")
                        : Path.of("target", "lag-curves");
                Files.createDirectories(folder);
                written.add(Files.writeString(folder.resolve("incident-" + series.path("metric").path("group").asText() + ".csv"), curve));
            }
        }
        return written;
    }

    private Path figure(PrometheusProcess prometheus, List<Dashboards.Query> queries, Set<String> heatMaps, String name)
            throws IOException, InterruptedException {
        double ends = seconds();
        int step = (int) Math.max(2, ends / 200);
        Timeline timeline = new Timeline(queries.stream().map(Dashboards.Query::panel).distinct().collect(Collectors.toList()));
        bands.forEach(band -> timeline.band(band.from(), band.to(), band.label()));
        for (Dashboards.Query query : queries) {
            Map<String, JsonNode> series = new TreeMap<>(IntWords.ORDER);
            for (JsonNode each : prometheus.range(query.expr(), began, began + ends, step)) {
                series.put(query.nameOf(each.path("metric")), each);
            }
            JsonNode below = null;
            for (Map.Entry<String, JsonNode> each : series.entrySet()) {
                record(timeline, query, each.getKey(), each.getValue(), below, step);
                below = query.cumulative() ? each.getValue() : null;
            }
        }
        Path folder = Boolean.getBoolean("docs.write") ? Kept.HOME.resolve("docs") : Path.of("target");
        Path file = folder.resolve(name + ".svg");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, Figure.svg(timeline, ends, heatMaps));
    }

    /** @param below of a histogram's bucket the next smaller one, which it contains; else null */
    private void record(Timeline timeline, Dashboards.Query query, String name, JsonNode series, JsonNode below, int step) {
        Map<Long, Double> contained = new TreeMap<>();
        if (below != null) {
            below.path("values").forEach(sample -> contained.put(Math.round(sample.path(0).asDouble()), sample.path(1).asDouble()));
        }
        double last = -1;
        for (JsonNode sample : series.path("values")) {
            double at = sample.path(0).asDouble() - began;
            if (last >= 0 && at - last > step * 1.5) {
                timeline.record(query.panel(), name, (last + at) / 2, Double.NaN);
            }
            timeline.record(query.panel(), name, at, sample.path(1).asDouble()
                    - contained.getOrDefault(Math.round(sample.path(0).asDouble()), 0.0));
            last = at;
        }
    }
}
