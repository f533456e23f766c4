package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.engine.config.Configuration;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.deploy.VerticleKind;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code deploy/compose/watch.yml} gives Prometheus the rules and Grafana the dashboards, and they find each other and the
 * node. {@code sluice.yml} has each part once, with settings that a node takes.
 */
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

    @Test
    void shouldRunEachPartOnceWithSettingsThatANodeTakes() throws IOException {
        JsonNode services = yaml(COMPOSE.resolve("sluice.yml")).path("services");
        Set<String> nodes = new TreeSet<>();
        for (var service : services.properties()) {
            if (service.getValue().path("<<").asText().equals("node")) {
                nodes.add(service.getKey());
                assertThat(service.getValue().path("command").toString()).contains("\"--run\",\"" + service.getKey() + "\"");
            }
        }
        assertThat(nodes).isEqualTo(Arrays.stream(VerticleKind.values()).map(VerticleKind::word).collect(Collectors.toCollection(TreeSet::new)));

        Map<String, String> environment = new TreeMap<>(Map.of("SLUICE_CONFIG", ""));
        yaml(COMPOSE.resolve("sluice.yml")).path("x-node").path("environment").properties()
                .forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
        SluiceConfig settings = Configuration.load(Optional.empty(), environment, List.of()).settings();

        assertThat(settings.cluster().members()).containsExactlyInAnyOrderElementsOf(
                nodes.stream().map(node -> node + ':' + settings.cluster().port()).toList());
        assertThat(settings.kafka().bootstrapServers()).isEqualTo("kafka:9092");
        assertThat(services.path("kafka").path("environment").path("KAFKA_ADVERTISED_LISTENERS").asText()).isEqualTo("PLAINTEXT://kafka:9092");
        assertThat(services.has(settings.postgres().host())).isTrue();
        JsonNode names = yaml(Kept.HOME.resolve("deploy/prometheus/nodes.yml")).path("scrape_configs").get(0).path("dns_sd_configs").get(0);
        assertThat(StreamSupport.stream(names.path("names").spliterator(), false).map(JsonNode::asText)).containsExactlyInAnyOrderElementsOf(nodes);
        assertThat(names.path("port").asInt()).isEqualTo(settings.operations().port());
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
