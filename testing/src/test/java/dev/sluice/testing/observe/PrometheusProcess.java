package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Ports;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A real Prometheus with our rules, that scrapes every second. */
public final class PrometheusProcess implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Ports.oneFree();
    private final Process process;

    public PrometheusProcess(Path folder, List<Integer> operationsPorts) throws IOException {
        Path rules = Kept.HOME.resolve("deploy/prometheus/sluice-rules.yml").toAbsolutePath().normalize();
        String targets = operationsPorts.stream().map(target -> "'127.0.0.1:" + target + "'").collect(Collectors.joining(", "));
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(config, "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ['" + rules + "']\n"
                + "scrape_configs:\n  - job_name: sluice\n    static_configs: [{targets: [" + targets + "]}]\n");
        process = new ProcessBuilder("prometheus", "--config.file=" + config, "--storage.tsdb.path=" + folder.resolve("tsdb"),
                "--web.listen-address=127.0.0.1:" + port).redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile()).start();
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> get("/-/ready").statusCode() == 200);
    }

    /** Its samples now; NaN is no value. */
    public List<JsonNode> query(String expr) throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/api/v1/query?query=" + URLEncoder.encode(expr, StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as("%s: %s", expr, answer.body()).isEqualTo(200);
        JsonNode result = new ObjectMapper().readTree(answer.body()).path("data").path("result");
        return StreamSupport.stream(result.spliterator(), false)
                .filter(sample -> !sample.path("value").path(1).asText().equals("NaN")).toList();
    }

    /** @param from and to in seconds of Unix time @param step in seconds */
    public List<JsonNode> range(String expr, double from, double to, int step) throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/api/v1/query_range?step=" + step + "&start=" + from + "&end=" + to + "&query="
                + URLEncoder.encode(expr, StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as("%s: %s", expr, answer.body()).isEqualTo(200);
        JsonNode result = new ObjectMapper().readTree(answer.body()).path("data").path("result");
        return StreamSupport.stream(result.spliterator(), false).toList();
    }

    /** Of those that fire now, the name, and the name with the group. */
    public Set<String> firing() throws IOException, InterruptedException {
        Set<String> firing = names("ALERTS{alertstate=\"firing\"}");
        for (JsonNode alert : query("ALERTS{alertstate=\"firing\",group!=\"\"}")) {
            firing.add(alert.path("metric").path("alertname").asText() + " " + alert.path("metric").path("group").asText());
        }
        return firing;
    }

    /** Names of those that ever fired. */
    public Set<String> haveFired() throws IOException, InterruptedException {
        return names("max by (alertname) (max_over_time(ALERTS{alertstate=\"firing\"}[2h]))");
    }

    private Set<String> names(String alerts) throws IOException, InterruptedException {
        return query(alerts).stream().map(alert -> alert.path("metric").path("alertname").asText()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Names of the rules that it has loaded and can evaluate, recording ones too. */
    public Set<String> healthyRules() throws IOException, InterruptedException {
        Set<String> healthy = new TreeSet<>();
        for (JsonNode group : new ObjectMapper().readTree(get("/api/v1/rules").body()).path("data").path("groups")) {
            group.path("rules").forEach(rule -> {
                if (rule.path("health").asText().equals("ok")) {
                    healthy.add(rule.path("name").asText());
                }
            });
        }
        return healthy;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(10))
                .build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
