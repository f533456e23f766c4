package dev.sluice.engine.alerts;

import dev.sluice.config.InvalidSetting;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Alerts without Prometheus.
 *
 * @param webhook      is POSTed to, in the form that Slack takes; empty: alerts are in the log and the admin API only
 * @param interval     between two evaluations
 * @param repeat       what still fires is told again after so long
 * @param resolveAfter an alert is over when its condition has not held for so long
 * @param limits       by alert, in place of the rule's own
 */
public record AlertSettings(String webhook, Duration interval, Duration repeat, Duration resolveAfter,
                            Map<String, Limit> limits) {

    /** What is null stays as the rule has it. */
    public record Limit(Double limit, Duration after) {
    }

    public AlertSettings {
        webhook = webhook == null ? "" : webhook;
        limits = limits == null ? Map.of() : Map.copyOf(limits);
        InvalidSetting.unless(webhook.isEmpty() || isHttp(webhook), "alerts.webhook", webhook, "an http or https URL, or nothing");
        InvalidSetting.unless(interval != null && interval.toMillis() >= 100, "alerts.interval", interval, "100ms or more");
        InvalidSetting.unless(repeat != null && repeat.toMillis() >= 1_000, "alerts.repeat", repeat, "1s or more");
        InvalidSetting.unless(resolveAfter != null && !resolveAfter.isNegative(), "alerts.resolve-after", resolveAfter,
                "a duration");
        Set<String> known = Arrays.stream(AlertRule.values()).map(AlertRule::alert).collect(Collectors.toSet());
        for (String alert : limits.keySet()) {
            InvalidSetting.unless(known.contains(alert), "alerts.limits", alert, String.join(", ", known.stream().sorted().toList()));
        }
    }

    private static boolean isHttp(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getHost() != null && (uri.getScheme().equals("http") || uri.getScheme().equals("https"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    double limitOf(AlertRule rule) {
        return ownLimitOf(rule).orElse(rule.threshold());
    }

    /** What an operator has set, above all else. */
    OptionalDouble ownLimitOf(AlertRule rule) {
        Limit own = limits.get(rule.alert());
        return own == null || own.limit() == null ? OptionalDouble.empty() : OptionalDouble.of(own.limit());
    }

    Duration holdingOf(AlertRule rule) {
        Limit own = limits.get(rule.alert());
        return own == null || own.after() == null ? rule.holding() : own.after();
    }
}
