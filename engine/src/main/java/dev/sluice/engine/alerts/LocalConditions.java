package dev.sluice.engine.alerts;

import dev.sluice.bus.AlertReport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Evaluates the rules over what this node measures. Walks all meters: not for an event loop. */
final class LocalConditions {

    private final MeterRegistry registry;
    private final String node;
    private final AlertSettings settings;

    LocalConditions(MeterRegistry registry, String node, AlertSettings settings) {
        this.registry = registry;
        this.node = node;
        this.settings = settings;
    }

    AlertReport evaluate() {
        List<AlertReport.Value> reported = new ArrayList<>();
        List<String> known = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (AlertRule rule : AlertRule.values()) {
            Map<Subject, List<Double>> values = values(rule);
            if (!values.isEmpty()) {
                (values.values().stream().allMatch(List::isEmpty) ? unknown : known).add(rule.alert());
            }
            values.forEach((subject, each) -> {
                double value = each.isEmpty() ? Double.NaN
                        : rule.fold().of(each.stream().mapToDouble(Double::doubleValue));
                if (rule.holds(value, limitOf(subject)) || rule.fold() == Fold.SUM && !Double.isNaN(value)) {
                    reported.add(new AlertReport.Value(rule.alert(), subject.labels(), value));
                }
            });
        }
        return new AlertReport(node, reported, known, unknown);
    }

    private double limitOf(Subject subject) {
        double usual = settings.limitOf(subject.rule());
        return settings.ownLimitOf(subject.rule()).isPresent() ? usual : subject.rule().inForce().stream()
                .flatMap(meter -> registry.find(meter.exposedName()).gauges().stream())
                .filter(gauge -> subject(subject.rule(), gauge).equals(subject))
                .mapToDouble(Gauge::value).filter(value -> !Double.isNaN(value)).max().orElse(usual);
    }

    /** By subject, without NaN. */
    private Map<Subject, List<Double>> values(AlertRule rule) {
        Collection<Gauge> gauges = rule.meter().map(meter -> registry.find(meter.exposedName()).gauges()).orElse(List.of());
        return gauges.stream().filter(gauge -> rule.only().entrySet().stream()
                        .allMatch(label -> label.getValue().equals(gauge.getId().getTag(label.getKey()))))
                .collect(Collectors.groupingBy(gauge -> subject(rule, gauge), Collectors.mapping(Gauge::value,
                        Collectors.filtering(value -> !Double.isNaN(value), Collectors.toList()))));
    }

    private Subject subject(AlertRule rule, Gauge gauge) {
        Map<String, String> labels = new TreeMap<>();
        rule.by().forEach(label -> labels.put(label,
                label.equals("instance") ? node : String.valueOf(gauge.getId().getTag(label))));
        return new Subject(rule, labels);
    }
}
