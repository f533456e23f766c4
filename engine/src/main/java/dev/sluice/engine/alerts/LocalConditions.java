package dev.sluice.engine.alerts;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Evaluates the rules over what this node measures. Walks all meters: not for an event loop. */
final class LocalConditions {

    /** @param unknown rules whose metric is there and has no value */
    record Found(Map<Subject, Double> holding, Set<AlertRule> unknown) {
    }

    private final MeterRegistry registry;
    private final String node;
    private final AlertSettings settings;

    LocalConditions(MeterRegistry registry, String node, AlertSettings settings) {
        this.registry = registry;
        this.node = node;
        this.settings = settings;
    }

    Found evaluate() {
        Map<Subject, Double> holding = new HashMap<>();
        Set<AlertRule> unknown = EnumSet.noneOf(AlertRule.class);
        for (AlertRule rule : AlertRule.values()) {
            Map<Subject, List<Double>> values = values(rule);
            if (!values.isEmpty() && values.values().stream().allMatch(List::isEmpty)) {
                unknown.add(rule);
            }
            values.forEach((subject, each) -> {
                double value = each.isEmpty() ? Double.NaN
                        : rule.fold().of(each.stream().mapToDouble(Double::doubleValue));
                if (rule.holds(value, settings.limitOf(rule))) {
                    holding.put(subject, value);
                }
            });
        }
        return new Found(holding, unknown);
    }

    /** By subject, without NaN. */
    private Map<Subject, List<Double>> values(AlertRule rule) {
        Collection<Gauge> gauges = registry.find(rule.meter().exposedName()).gauges();
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
