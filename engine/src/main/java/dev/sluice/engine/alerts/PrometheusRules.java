package dev.sluice.engine.alerts;

import java.util.stream.Collectors;

/** The alert rules as a file for Prometheus, with quantiles that are computed over all instances. */
public final class PrometheusRules {

    private static final String HEAD = """
            # Made from AlertRule.java. Change it there, then: ./sluice test -Dtest=AlertRulesTest -Ddocs.write=true
            groups:
              - name: sluice-quantiles
                rules:
                  - record: group:event_processing_seconds:p95
                    expr: histogram_quantile(0.95, sum by (le, group) (rate(event_processing_seconds_bucket[5m])))
                  - record: group:event_processing_seconds:p99
                    expr: histogram_quantile(0.99, sum by (le, group) (rate(event_processing_seconds_bucket[5m])))
              - name: sluice-alerts
                rules:
            """;

    /** Things that a process can't tell of itself. */
    private static final String TAIL = """
                  - alert: LagUnknown
                    expr: absent(kafka_consumer_group_lag >= 0)
                    for: 5m
                    labels: {severity: warn}
                    annotations:
                      summary: nobody has told the lag of any group for 5 minutes
                      runbook: docs/runbooks/lag-unknown.md
                  - alert: NoNode
                    expr: absent(pg_pool_max)
                    for: 1m
                    labels: {severity: page}
                    annotations:
                      summary: no node of Sluice has been scraped for a minute
                      runbook: docs/runbooks/no-node.md
            """;

    private PrometheusRules() {
    }

    /** YAML. */
    public static String file() {
        StringBuilder file = new StringBuilder(HEAD);
        for (AlertRule rule : AlertRule.values()) {
            file.append("      - alert: ").append(rule.alert()).append('\n');
            file.append("        expr: '").append(rule.promql()).append("'\n");
            if (!rule.holding().isZero()) {
                file.append("        for: ").append(rule.holding().toSeconds()).append("s\n");
            }
            file.append("        labels: {severity: ").append(rule.severity().word()).append("}\n");
            file.append("        annotations:\n");
            file.append("          summary: '").append(subject(rule)).append(' ').append(rule.meaning())
                    .append(rule.test() == AlertRule.Test.ABOVE ? ": {{ $value }} (limit " + rule.limit() + ")" : "")
                    .append("'\n");
            file.append("          runbook: docs/runbooks/").append(rule.runbook()).append('\n');
        }
        return file.append(TAIL).toString();
    }

    private static String subject(AlertRule rule) {
        return rule.by().stream().map(label -> label + " {{ $labels." + label + " }}")
                .collect(Collectors.joining(", "));
    }
}
