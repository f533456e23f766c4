package dev.sluice.engine.alerts;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Collectors;

/** A notice in the form that Slack's incoming webhooks take (Mattermost's and Rocket.Chat's, too). Pure. */
final class SlackMessage {

    /** More are counted and not listed. */
    private static final int LINES = 20;

    private SlackMessage() {
    }

    static JsonObject of(Notice notice, AlertSettings settings, String node) {
        AlertRule rule = notice.rule();
        boolean over = notice.kind() == Notice.Kind.RESOLVED;
        String text = "[" + (over ? "RESOLVED" : rule.severity().name()) + "] " + rule.alert() + ": "
                + notice.alerts().get(0).subject().words() + " " + (over ? "is well again" : rule.meaning())
                + (notice.alerts().size() > 1 ? ", and " + (notice.alerts().size() - 1) + " more" : "");
        JsonObject detail = new JsonObject().put("color", over ? "good" : color(rule.severity())).put("title", rule.alert())
                .put("text", lines(notice, over, settings))
                .put("fields", new JsonArray()
                        .add(field("severity", rule.severity().word()))
                        .add(field("status", over ? "resolved" : "firing"))
                        .add(field("node", node))
                        .add(field("runbook", "docs/runbooks/" + rule.runbook())));
        return new JsonObject().put("text", text).put("attachments", new JsonArray().add(detail));
    }

    private static String lines(Notice notice, boolean over, AlertSettings settings) {
        List<AlertBoard.Active> alerts = notice.alerts();
        String lines = alerts.stream().limit(LINES).map(active -> active.subject().words()
                        + (over || notice.rule().test() != AlertRule.Test.ABOVE ? ""
                        : ": " + number(active.value()) + " (limit " + limit(notice.rule(), settings) + ")"))
                .collect(Collectors.joining("\n"));
        return alerts.size() <= LINES ? lines : lines + "\nand " + (alerts.size() - LINES) + " more";
    }

    private static String limit(AlertRule rule, AlertSettings settings) {
        return rule.inForce().isPresent() && settings.ownLimitOf(rule).isEmpty() ? rule.limit() : number(settings.limitOf(rule));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value)
                : new BigDecimal(value, new MathContext(3)).toPlainString();
    }

    private static JsonObject field(String title, String value) {
        return new JsonObject().put("title", title).put("value", value).put("short", true);
    }

    private static String color(Severity severity) {
        return switch (severity) {
            case PAGE -> "danger";
            case WARN -> "warning";
            case NOTIFY -> "#439FE0";
        };
    }
}
