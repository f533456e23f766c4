package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The dashboards of {@code deploy/grafana}. */
public final class Dashboards {

    /**
     * @param expr       with nothing left for Grafana to put in
     * @param legend     of a series, with its labels in double braces
     * @param cumulative buckets of a histogram, of which each contains the smaller ones
     */
    public record Query(String dashboard, String panel, String expr, String legend, boolean cumulative) {

        /** Of a series with these labels. */
        String nameOf(JsonNode labels) {
            return LABEL.matcher(legend).replaceAll(label -> Matcher.quoteReplacement(labels.path(label.group(1)).asText()));
        }
    }

    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");

    private Dashboards() {
    }

    public static List<JsonNode> all() throws IOException {
        try (Stream<Path> files = Files.list(Kept.HOME.resolve("deploy/grafana/dashboards"))) {
            List<JsonNode> all = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                all.add(new ObjectMapper().readTree(file.toFile()));
            }
            return all;
        }
    }

    /** As Grafana sends them with all groups and topics chosen. */
    public static List<Query> queries() throws IOException {
        List<Query> queries = new ArrayList<>();
        for (JsonNode dashboard : all()) {
            queries.addAll(queries(dashboard));
        }
        return queries;
    }

    static List<Query> queries(JsonNode dashboard) {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(new Query(dashboard.path("title").asText(), panel.path("title").asText(),
                        target.path("expr").asText().replace("$__rate_interval", "30s").replace("$group", ".*").replace("$topic", ".*"),
                        target.path("legendFormat").asText(), target.path("format").asText().equals("heatmap")));
            }
        }
        return queries;
    }
}
