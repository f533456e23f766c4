package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.engine.config.Configuration;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code deploy/compose/watch.yml} gives Prometheus the rules and Grafana the dashboards, and they find each other and the node. */
class ComposeTest {

    private static final Path COMPOSE = Kept.HOME.resolve("deploy/compose");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @Test
    void shouldProvisionTheDashboardsFromTheirFolder() throws IOException {
        Map<String, Path> mounts = mounts("grafana");
        Path provisioning = mounts.get("/etc/grafana/provisioning");
        JsonNode provider = yaml(provisioning.resolve("dashboards/sluice.yml")).path("providers").get(0);

        assertThat(provider.path("type").asText()).isEqualTo("file");
        assertThat(mounts.get(provider.path("options").path("path").asText()))
                .isEqualTo(Kept.HOME.resolve("deploy/grafana/dashboards").normalize());
        assertThat(yaml(provisioning.resolve("datasources/prometheus.yml")).path("datasources").get(0).path("url").asText())
                .isEqualTo("http://" + address("prometheus", "--web.listen-address="));
        for (JsonNode dashboard : Dashboards.all()) {
            assertThat(dashboard.path("templating").path("list").get(0).path("query").asText()).isEqualTo("prometheus");
        }
    }

    @Test
    void shouldLetPrometheusLoadTheRulesAndScrapeTheNodeOfUp() throws IOException {
        String config = address("prometheus", "--config.file=");
        Path folder = mounts("prometheus").get(Path.of(config).getParent().toString());
        JsonNode prometheus = yaml(folder.resolve(Path.of(config).getFileName().toString()));

        assertThat(folder.resolve(prometheus.path("rule_files").get(0).asText())).exists();
        int port = Configuration.defaults().settings().operations().port();
        assertThat(prometheus.path("scrape_configs").get(0).path("static_configs").get(0).path("targets").get(0).asText())
                .isEqualTo("127.0.0.1:" + port);
        assertThat(yaml(COMPOSE.resolve("watch.yml")).path("services")).allMatch(service -> service.path("network_mode").asText().equals("host"));
    }

    private static String address(String service, String option) throws IOException {
        for (JsonNode argument : yaml(COMPOSE.resolve("watch.yml")).path("services").path(service).path("command")) {
            if (argument.asText().startsWith(option)) {
                return argument.asText().substring(option.length());
            }
        }
        throw new AssertionError(service + " has no " + option);
    }

    /** By the path inside, the folder outside. */
    private static Map<String, Path> mounts(String service) throws IOException {
        Map<String, Path> mounts = new TreeMap<>();
        yaml(COMPOSE.resolve("watch.yml")).path("services").path(service).path("volumes").forEach(volume -> {
            String[] parts = volume.asText().split(":");
            mounts.put(parts[1], COMPOSE.resolve(parts[0]).normalize());
        });
        assertThat(mounts.values()).isNotEmpty().allMatch(Files::isDirectory);
        return mounts;
    }

    private static JsonNode yaml(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }
}
