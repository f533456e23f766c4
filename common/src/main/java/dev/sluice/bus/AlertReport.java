package dev.sluice.bus;

import java.util.List;
import java.util.Map;

/**
 * What a node contributes to the alerts of all; announced with each evaluation.
 *
 * @param values  of conditions that hold on the node, and of those whose values add up over nodes, held or not
 * @param known   alerts whose metric has a value on the node
 * @param unknown alerts whose metric is there and has none now
 * @param leaves  the node's last report: it stops in an orderly way
 */
public record AlertReport(String node, List<Value> values, List<String> known, List<String> unknown, boolean leaves)
        implements Message {

    /** @param alert the rule's name */
    public record Value(String alert, Map<String, String> labels, double value) {
    }

    /** Of a node that goes on. */
    public AlertReport(String node, List<Value> values, List<String> known, List<String> unknown) {
        this(node, values, known, unknown, false);
    }

    public static AlertReport lastOf(String node) {
        return new AlertReport(node, List.of(), List.of(), List.of(), true);
    }

    public AlertReport {
        values = List.copyOf(values);
        known = List.copyOf(known);
        unknown = List.copyOf(unknown);
    }
}
