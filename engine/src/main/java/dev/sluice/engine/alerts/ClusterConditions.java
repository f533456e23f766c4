package dev.sluice.engine.alerts;

import dev.sluice.bus.AlertReport;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What holds over all nodes, from the reports of those that live: so a flood that is spread over two nodes is one flood,
 * and every node knows the same. The first of them by name tells. One that falls silent without having left is missed until
 * it is heard again or given up, for a day at most. Pure: times are handed in, in ms.
 */
final class ClusterConditions {

    /** @param unknown rules whose metric is there and has no value on any node */
    record Found(Map<Subject, Double> holding, Set<AlertRule> unknown) {
    }

    private record Heard(AlertReport report, long atMillis) {
    }

    private static final Map<String, AlertRule> RULES = Arrays.stream(AlertRule.values())
            .collect(Collectors.toMap(AlertRule::alert, Function.identity()));

    private static final long MISSED_MILLIS = Duration.ofDays(1).toMillis();

    private final AlertSettings settings;
    private final long livesMillis;
    /** By node. */
    private final TreeMap<String, Heard> reports = new TreeMap<>();
    /** By node that fell silent, when it was last heard. */
    private final Map<String, Long> missed = new HashMap<>();

    ClusterConditions(AlertSettings settings) {
        this.settings = settings;
        this.livesMillis = 3 * settings.interval().toMillis() + 1_000;
    }

    /** A node is gone that has said nothing for so long. */
    long livesMillis() {
        return livesMillis;
    }

    void onReport(AlertReport report, long now) {
        reports.put(report.node(), new Heard(report, now));
        missed.remove(report.node());
    }

    boolean misses(String node, long now) {
        forgetTheDead(now);
        return missed.containsKey(node);
    }

    /** It stops in an orderly way, or is given up, and is not missed. */
    void onLeft(String node) {
        reports.remove(node);
        missed.remove(node);
    }

    /** The first of the live ones. */
    boolean tells(String node, long now) {
        forgetTheDead(now);
        return !reports.isEmpty() && reports.firstKey().equals(node);
    }

    Found found(long now) {
        forgetTheDead(now);
        Map<Subject, List<Double>> values = reports.values().stream().flatMap(heard -> heard.report().values().stream())
                .filter(value -> RULES.containsKey(value.alert()))
                .collect(Collectors.groupingBy(value -> new Subject(RULES.get(value.alert()), value.labels()),
                        Collectors.mapping(AlertReport.Value::value, Collectors.toList())));
        Map<Subject, Double> holding = new HashMap<>();
        values.forEach((subject, each) -> {
            double value = subject.rule().fold().of(each.stream().mapToDouble(Double::doubleValue));
            if (subject.rule().holds(value, settings.limitOf(subject.rule()))) {
                holding.put(subject, value);
            }
        });
        missed.keySet().forEach(node -> holding.put(new Subject(AlertRule.NODE_SILENT, Map.of("instance", node)), 0.0));
        Set<AlertRule> unknown = rules(AlertReport::unknown);
        unknown.removeAll(rules(AlertReport::known));
        return new Found(holding, unknown);
    }

    private Set<AlertRule> rules(Function<AlertReport, List<String>> alerts) {
        return reports.values().stream().flatMap(heard -> alerts.apply(heard.report()).stream()).filter(RULES::containsKey)
                .map(RULES::get).collect(Collectors.toCollection(() -> EnumSet.noneOf(AlertRule.class)));
    }

    private void forgetTheDead(long now) {
        reports.forEach((node, heard) -> {
            if (now - heard.atMillis() > livesMillis) {
                missed.put(node, heard.atMillis());
            }
        });
        reports.keySet().removeAll(missed.keySet());
        missed.values().removeIf(at -> now - at > MISSED_MILLIS);
    }
}
