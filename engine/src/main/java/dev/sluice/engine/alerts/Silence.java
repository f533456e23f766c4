package dev.sluice.engine.alerts;

import java.util.Map;

/**
 * Nobody is told of these alerts until then.
 *
 * @param alert  name of a rule, or {@code *}
 * @param labels that an alert must have; none: all of the rule
 */
record Silence(long id, String alert, Map<String, String> labels, long untilMillis, String actor, String reason) {

    boolean covers(Subject subject, long nowMillis) {
        return nowMillis < untilMillis && (alert.equals("*") || alert.equals(subject.rule().alert()))
                && labels.entrySet().stream().allMatch(label -> label.getValue().equals(subject.labels().get(label.getKey())));
    }
}
