package dev.sluice.bus;

import java.util.List;
import java.util.Map;

/**
 * What a node contributes to the alerts of all; announced with each evaluation.
 *
 * @param values  of conditions that hold on the node, and of those whose values add up over nodes, held or not
 * @param known   alerts whose metric has a value on the node
 * @param unknown alerts whose metric is there and has none now
 */
public record AlertReport(String node, List<Value> values, List<String> known, List<String> unknown) implements Message {

    /** @param alert the rule's name */
    public record Value(String alert, Map<String, String> labels, double value) {
    }

    public AlertReport {
        values = List.copyOf(values);
        known = List.copyOf(known);
        unknown = List.copyOf(unknown);
    }
}
