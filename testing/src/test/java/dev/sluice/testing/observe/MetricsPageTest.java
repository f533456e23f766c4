package dev.sluice.testing.observe;

import dev.sluice.metrics.Meter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The metrics are what the page says, and pages, dashboards and rules name only what exists. */
class MetricsPageTest {

    private static final String HEAD = """
            # Metrics

            `GET /metrics` on each node's operations server, in Prometheus' text form or, when asked for, as
            OpenMetrics. Made from `Meter.java`: change it there, then
            `./sluice test -Dtest=MetricsPageTest -Ddocs.write=true`.

            Times are in seconds, sizes in bytes, ratios from 0 to 1 over five minutes. Histograms have the buckets
            0.01, 0.05, 0.1, 0.25, 0.5, 1 and 2.5. Names that begin with `jvm_`, `vertx_`, `process_` and `system_` come
            from the libraries. One node shows the lag: the one whose lag monitor is at work.

            | name | kind | unit | labels | what it tells |
            |---|---|---|---|---|
            """;

    /** A word in code style that can only be a metric. */
    private static final Pattern METRIC_IN_TEXT = Pattern.compile("`([a-z]+_[a-z_]*"
            + "(?:_total|_seconds|_lag|_rate|_ratio|_latency|_depth|_open|_max|_active|_count|_waiting|_limit|_p99))`");

    /** What may tell one series from another: nothing that grows with the events. */
    private static final Set<String> BOUNDED = Set.of("group", "topic", "partition", "outcome", "service", "class",
            "kind", "status", "error", "component", "state", "source", "client", "reason", "alert", "severity", "level",
            "handler", "instance", "node", "mode", "result", "action", "protocol", "type");

    @Test
    void shouldBeUpToDate() throws IOException {
        Kept.shouldBe("docs/metrics.md",
                HEAD + Arrays.stream(Meter.values()).map(MetricsPageTest::row).collect(Collectors.joining()));
    }

    private static String row(Meter meter) {
        return "| `" + meter.exposedName() + "` | " + meter.kind().name().toLowerCase(Locale.ROOT) + " | "
                + meter.unit().name().toLowerCase(Locale.ROOT) + " | " + String.join(", ", meter.labels()) + " | "
                + meter.help() + " |\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka_consumer_group_lag group,topic,partition", "kafka_consumer_lag group,topic",
            "kafka_consumer_lag_seconds group", "event_processing_seconds group",
            "consumer_processing_latency_p99 group", "events_processed_total group",
            "backpressure_triggered_total group", "circuit_breaker_open service,group",
            "consumer_error_rate group", "producer_throttle_ratio", "consumer_fetch_size_dynamic group",
            "downstream_latency group", "idempotency_cache_hit_rate group", "duplicate_detection_count group",
            "dlq_messages_per_hour group", "poison_pill_count group", "pg_pool_active", "pg_pool_max",
            "consumer_queue_depth group", "consumer_rebalances_total group"})
    void shouldHaveEachMetricOfTheContract(String promised) {
        String[] words = promised.split("[ ,]");
        Meter meter = Arrays.stream(Meter.values()).filter(one -> one.exposedName().equals(words[0]))
                .findFirst().orElseThrow();

        assertThat(meter.labels()).containsAll(List.of(words).subList(1, words.length));
    }

    @Test
    void shouldHaveHelpKindAndBoundedLabels() {
        for (Meter meter : Meter.values()) {
            assertThat(meter.help()).as(meter.name()).isNotBlank();
            assertThat(meter.labels()).as(meter.name()).isSubsetOf(BOUNDED);
            assertThat(meter.exposedName().endsWith("_total")).as(meter.name())
                    .isEqualTo(meter.kind() == Meter.Kind.COUNTER);
        }
    }

    @Test
    void shouldBeAllThatRulesDashboardsAndPagesName() throws IOException {
        for (Path file : files("deploy", ".yml", ".yaml", ".json")) {
            for (String name : PromqlNames.in(file)) {
                assertThat(PromqlNames.exist(name)).as("%s names %s", file, name).isTrue();
            }
        }
        for (Path file : files("docs", ".md")) {
            METRIC_IN_TEXT.matcher(Files.readString(file)).results().map(found -> found.group(1))
                    .forEach(name -> assertThat(PromqlNames.exist(name)).as("%s names %s", file, name).isTrue());
        }
    }

    private static List<Path> files(String folder, String... endings) throws IOException {
        try (Stream<Path> all = Files.walk(Kept.HOME.resolve(folder))) {
            return all.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith)).toList();
        }
    }
}
