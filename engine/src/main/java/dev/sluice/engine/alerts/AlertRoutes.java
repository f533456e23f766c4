package dev.sluice.engine.alerts;

import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** {@code /admin/alerts}: what fires, silences, and nodes that are gone for good. */
public final class AlertRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(AlertRoutes.class);
    private static final int LARGEST_BODY = 1 << 16;
    private static final Duration LONGEST = Duration.ofDays(30);
    /** For PostgreSQL, that may be frozen: an operator is told, and does not wait. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Alerts alerts;

    public AlertRoutes(Alerts alerts) {
        this.alerts = alerts;
    }

    public void mount(Router router) {
        router.get("/admin/alerts").handler(this::list);
        router.get("/admin/alerts/silences").handler(this::silences);
        router.post("/admin/alerts/silences").handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY)).handler(this::silence);
        router.delete("/admin/alerts/silences/:id").handler(this::end);
        router.delete("/admin/alerts/nodes/:node").handler(this::giveUp);
    }

    private void list(RoutingContext request) {
        alerts.active().onSuccess(active -> end(request, 200, new JsonObject().put("alerts", json(active))));
    }

    private void giveUp(RoutingContext request) {
        String node = request.pathParam("node");
        alerts.giveUp(node).onSuccess(missed -> {
            if (missed) {
                LOG.info("given up, and missed no more: node={} actor={}", node, request.queryParams().get("actor"));
                end(request, 200, new JsonObject().put("node", node).put("missed", false));
            } else {
                end(request, 404, new JsonObject().put("reason", "nobody misses '" + node + "'; those missed are the alerts"
                        + " NodeSilent of /admin/alerts, and one that runs is stopped first"));
            }
        });
    }

    private static JsonArray json(List<AlertBoard.Active> actives) {
        JsonArray all = new JsonArray();
        actives.forEach(active -> all.add(new JsonObject().put("alert", active.subject().rule().alert())
                .put("severity", active.subject().rule().severity().word()).put("labels", json(active.subject().labels()))
                .put("state", active.firing() ? "firing" : "pending").put("value", active.value())
                .put("since", Instant.ofEpochMilli(active.sinceMillis()).toString())
                .put("meaning", active.subject().words() + " " + active.subject().rule().meaning())
                .put("runbook", "docs/runbooks/" + active.subject().rule().runbook())));
        return all;
    }

    private void silences(RoutingContext request) {
        answer(request, alerts.silences().live().map(live -> new JsonObject().put("silences", new JsonArray(live.stream()
                .map(silence -> new JsonObject().put("id", silence.id()).put("alert", silence.alert())
                        .put("labels", json(silence.labels())).put("until", Instant.ofEpochMilli(silence.untilMillis()).toString())
                        .put("actor", silence.actor()).put("reason", silence.reason())).toList()))));
    }

    private void silence(RoutingContext request) {
        try {
            JsonObject body = request.body().asJsonObject();
            String alert = body == null ? "" : body.getString("alert", "");
            if (!alert.equals("*") && Arrays.stream(AlertRule.values()).noneMatch(rule -> rule.alert().equals(alert))) {
                refuse(request, "alert: '" + alert + "' is none; * or one of " + Arrays.stream(AlertRule.values())
                        .map(AlertRule::alert).collect(Collectors.joining(", ")));
                return;
            }
            Duration length = Duration.parse("PT" + body.getString("for", "1h").replaceFirst("^PT", ""));
            if (length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0) {
                refuse(request, "for: '" + body.getString("for") + "' is too long, or no time at all; at most 720h");
                return;
            }
            Map<String, String> labels = new TreeMap<>();
            body.getJsonObject("labels", new JsonObject()).forEach(label -> labels.put(label.getKey(), String.valueOf(label.getValue())));
            long until = System.currentTimeMillis() + length.toMillis();
            answer(request, alerts.silences().add(alert, labels, until, body.getString("actor", "unknown"),
                    body.getString("reason", "")).map(id -> new JsonObject().put("id", id).put("until", Instant.ofEpochMilli(until).toString())));
        } catch (DecodeException | ClassCastException e) {
            refuse(request, "the body is no silence: {\"alert\": \"GroupLagHigh\", \"labels\": {\"group\": \"audit\"}, "
                    + "\"for\": \"2h\", \"actor\": \"anna\", \"reason\": \"...\"}");
        } catch (DateTimeParseException e) {
            refuse(request, "for: is no duration such as 30m or 2h");
        }
    }

    private void end(RoutingContext request) {
        String id = request.pathParam("id");
        if (!id.matches("\\d{1,18}")) {
            refuse(request, "an id is a number");
            return;
        }
        answer(request, alerts.silences().end(Long.parseLong(id)).map(ended -> new JsonObject().put("ended", ended)));
    }

    private static JsonObject json(Map<String, String> labels) {
        JsonObject json = new JsonObject();
        labels.forEach(json::put);
        return json;
    }

    private static void answer(RoutingContext request, Future<JsonObject> answer) {
        answer.timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).onSuccess(body -> end(request, 200, body)).onFailure(error ->
                end(request, 503, new JsonObject().put("reason", "PostgreSQL has not answered" + (error instanceof TimeoutException
                        ? " within " + PATIENCE.toSeconds() + " s. What was asked may still be done when it wakes: list the silences then."
                        : ": " + error.getMessage() + ".") + " The silences known before hold meanwhile.")));
    }

    private static void refuse(RoutingContext request, String reason) {
        end(request, 400, new JsonObject().put("reason", reason));
    }

    private static void end(RoutingContext request, int status, JsonObject body) {
        request.response().setStatusCode(status).putHeader("content-type", "application/json").end(body.encodePrettily() + "\n");
    }
}
