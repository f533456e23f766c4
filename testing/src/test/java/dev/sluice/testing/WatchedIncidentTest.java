package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.metrics.Meter;
import dev.sluice.testing.observe.Dashboards;
import dev.sluice.testing.observe.IncidentPlots;
import dev.sluice.testing.observe.PrometheusProcess;
import dev.sluice.testing.observe.Promtool;
import dev.sluice.testing.observe.WebhookReceiver;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus watches two nodes under load through an incident of four parts, some twelve minutes: every metric is
 * there, each panel of each dashboard has data, and every rule fires, in Prometheus and at the webhook, and resolves. Two
 * more rules tell, after five minutes, that there is nobody.
 */
@Tag("long")
@Timeout(2_400)
@ExtendWith(StackExtension.class)
class WatchedIncidentTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    /** What no process can tell of itself. */
    private static final Set<String> IN_PROMETHEUS_ONLY = Set.of("NoNode", "LagUnknown");
    /** Have no sample before they have happened once. */
    private static final Set<Meter> RARE = Set.of(Meter.CONSUMER_COMMIT_FAILURES_TOTAL);

    @TempDir
    private Path folder;
    private SluiceProcess watch;
    private SluiceProcess work;
    private PrometheusProcess prometheus;
    private WebhookReceiver webhook;

    @BeforeEach
    void needPrometheus() {
        Assumptions.assumeTrue(Promtool.isInstalled("prometheus"), "prometheus is not installed (Debian: package prometheus)");
    }

    @Test
    void shouldShowAllAndFireAndResolveEachRule(Stack stack) throws Exception {
        String name = "cluster.name=watched-" + UUID.randomUUID();
        watch = new SluiceProcess(folder.resolve("watch"), stack, name, "node.name=watch", "cluster.port=28701");
        work = new SluiceProcess(folder.resolve("work"), stack, name, "node.name=work", "cluster.port=28701");
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), "watched", 160_000, 2_000, 7);
        try (Troubles troubles = new Troubles(stack.kafka().bootstrapServers()); WebhookReceiver receiver = new WebhookReceiver()) {
            webhook = receiver;
            Path config = config(troubles);
            startNodes(config);
            try (PrometheusProcess itself = new PrometheusProcess(folder, List.of(watch.operationsPort(), work.operationsPort()))) {
                prometheus = itself;
                IncidentPlots plots = new IncidentPlots();
                Process publisher = watch.begin("publish", log.file().toString(), "--json", "--rate", "200");
                try {
                    poisonFlood(troubles, plots);
                    frozenConsumer(troubles, plots);
                    lockedTable(stack, plots);
                    frozenDatabase(stack, plots);
                } finally {
                    publisher.destroyForcibly().waitFor();
                }
                startAnew(config);
                Set<String> expected = alerts();
                expected.removeAll(IN_PROMETHEUS_ONLY);
                assertThat(prometheus.haveFired()).containsExactlyInAnyOrderElementsOf(expected);
                System.out.println("all fired and resolved: " + prometheus.haveFired() + "; drawn: " + plots.write(prometheus));
            }
        } finally {
            work.end();
            watch.end();
        }
    }

    @Test
    void shouldTellThatNobodyIsThereUntilSomebodyIs(Stack stack) throws Exception {
        watch = new SluiceProcess(folder.resolve("watch"), stack, "node.name=watch");
        try (PrometheusProcess itself = new PrometheusProcess(folder, List.of(watch.operationsPort()))) {
            prometheus = itself;
            untilFiring(new IncidentPlots(), "no node", "NoNode", "LagUnknown");

            watch.start("--run", "all");

            untilOver("NoNode", "LagUnknown");
        } finally {
            watch.end();
        }
    }

    private void poisonFlood(Troubles troubles, IncidentPlots plots) throws Exception {
        troubles.writeRepeatsAndPoison();
        troubles.writeAGap();
        everyPanelHasData();
        everyMetricIsThere();
        await().atMost(LONG).untilAsserted(() -> assertThat(prometheus.healthyRules()).containsAll(alerts()));
        untilFiring(plots, "poison, a gap, refusals", "PoisonFlood", "ErrorRateHigh", "SequenceGap");
        troubles.refuseNoMore();
        troubles.closeTheGap();
        untilOver("SequenceGap");
    }

    private void frozenConsumer(Troubles troubles, IncidentPlots plots) throws Exception {
        work.freeze();
        try {
            assertThat(work.isFrozen()).isTrue();
            troubles.burst();
            untilFiring(plots, "frozen consumer", "NodeSilent", "PartitionStopped", "PartitionLagHigh", "GroupLagHigh");
        } finally {
            work.resume();
        }
        untilOver("NodeSilent", "PartitionStopped", "PartitionLagHigh", "GroupLagHigh");
    }

    private void lockedTable(Stack stack, IncidentPlots plots) throws Exception {
        try (Connection blocker = stack.postgres().connect()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE");
            untilFiring(plots, "locked table", "DownstreamSlow audit");
            blocker.rollback();
        }
        untilOver("DownstreamSlow audit");
    }

    private void frozenDatabase(Stack stack, IncidentPlots plots) throws Exception {
        stack.postgres().freeze();
        try {
            untilFiring(plots, "frozen database", "PartitionStalled", "BreakerOpen", "ComponentDown", "PoolExhausted");
        } finally {
            stack.postgres().resume();
        }
        untilOver("PartitionStalled", "BreakerOpen", "ComponentDown", "PoolExhausted");
    }

    /** The new process knows nothing of the flood any more, so all is over. */
    private void startAnew(Path config) throws Exception {
        work.stop();
        work.start("--cluster", "--run", "consumer,dlq-router", "--config", config.toString());
        await().atMost(LONG).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> assertThat(prometheus.firing()).isEmpty());
    }

    /** In Prometheus, and told to the webhook. @param alerts names, with a group or without */
    private void untilFiring(IncidentPlots plots, String trouble, String... alerts) {
        double from = plots.seconds();
        Set<String> open = new TreeSet<>(Set.of(alerts));
        await().atMost(LONG).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            Set<String> firing = prometheus.firing();
            firing.removeIf(alert -> isTold(alert) && !webhook.hasToldOf(alert.split(" ")[0]));
            open.stream().filter(firing::contains).forEach(alert ->
                    System.out.printf("%s: %s after %.0f s%n", trouble, alert, plots.seconds() - from));
            open.removeAll(firing);
            assertThat(open).as("%s: do not fire", trouble).isEmpty();
        });
        plots.band(from, trouble);
    }

    /** In Prometheus, and told to the webhook. */
    private void untilOver(String... alerts) {
        await().atMost(LONG).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            assertThat(prometheus.firing()).doesNotContain(alerts);
            assertThat(alerts).allMatch(alert -> !isTold(alert) || webhook.hasToldTheEndOf(alert.split(" ")[0]));
        });
    }

    /** Where nobody is there, nobody tells the webhook. */
    private boolean isTold(String alert) {
        return webhook != null && !IN_PROMETHEUS_ONLY.contains(alert);
    }

    private void everyPanelHasData() throws Exception {
        List<Dashboards.Query> open = new ArrayList<>(Dashboards.queries());
        Pattern.compile("query: '([^']+)'").matcher(Files.readString(Path.of("../docs/observability.md"))).results().forEach(offered ->
                open.add(new Dashboards.Query("docs/observability.md", "KEDA", offered.group(1), "", false)));
        int all = open.size();
        await().atMost(LONG).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            List<Dashboards.Query> answered = new ArrayList<>();
            for (Dashboards.Query query : open) {
                if (!prometheus.query(query.expr()).isEmpty()) {
                    answered.add(query);
                }
            }
            open.removeAll(answered);
            assertThat(open).as("queries without data, of %d", all).isEmpty();
        });
        System.out.println("panels' and KEDA's queries with data: " + all + " of " + all);
    }

    private void everyMetricIsThere() {
        await().atMost(LONG).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            Set<Meter> absent = new TreeSet<>();
            for (Meter meter : Meter.values()) {
                String name = meter.exposedName() + (meter.kind() == Meter.Kind.HISTOGRAM ? "_bucket" : "");
                if (prometheus.query("count({__name__=\"" + name + "\"})").isEmpty()) {
                    absent.add(meter);
                }
            }
            assertThat(absent).isSubsetOf(RARE);
        });
    }

    private Path config(Troubles troubles) throws Exception {
        return Files.writeString(folder.resolve("sluice.yaml"), """
                lag: {interval: 1s}
                alerts: {webhook: "%s", interval: 1s, resolve-after: 5s}
                topics: {events: {}, steps: {partitions: 2}}
                consumer:
                  subscriptions:
                    - {group: entity-state, topic: events, handler: entity-state, ordering: key, sequences: latest-wins, pressure: counts}
                    - {group: audit, topic: events, handler: audit, ordering: key, sequences: none, pressure: counts}
                    - {group: push, topic: events, handler: http, ordering: unordered, sequences: none, pressure: ignored,
                       settings: {url: "%s"}}
                    - {group: steps, topic: steps, handler: audit, ordering: key, sequences: strict, pressure: ignored}
                """.formatted(webhook.url(), troubles.pushUrl()));
    }

    private void startNodes(Path config) throws Exception {
        watch.start("--cluster", "--run", "gateway,lag-monitor", "--config", config.toString());
        work.start("--cluster", "--run", "consumer,dlq-router", "--config", config.toString());
    }

    private static Set<String> alerts() throws Exception {
        return Pattern.compile("- alert: (\\w+)").matcher(Files.readString(Path.of("../deploy/prometheus/sluice-rules.yml"))).results()
                .map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
