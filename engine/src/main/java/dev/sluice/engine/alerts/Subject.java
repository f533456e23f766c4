package dev.sluice.engine.alerts;

import java.util.Map;
import java.util.stream.Collectors;

/** What one alert is about. */
record Subject(AlertRule rule, Map<String, String> labels) {

    /** "group audit, topic events, partition 3". */
    String words() {
        return rule.by().stream().map(label -> label + " " + labels.getOrDefault(label, ""))
                .collect(Collectors.joining(", "));
    }
}
