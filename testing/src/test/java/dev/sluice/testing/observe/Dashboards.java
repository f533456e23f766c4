package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The dashboards of {@code deploy/grafana}. */
public final class Dashboards {

    /** @param expr with nothing left for Grafana to put in */
    public record Query(String dashboard, String panel, String expr) {
    }

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
            for (JsonNode panel : dashboard.path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    queries.add(new Query(dashboard.path("title").asText(), panel.path("title").asText(),
                            target.path("expr").asText().replace("$__rate_interval", "30s")
                                    .replace("$group", ".*").replace("$topic", ".*")));
                }
            }
        }
        return queries;
    }
}
