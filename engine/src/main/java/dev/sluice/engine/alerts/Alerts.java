package dev.sluice.engine.alerts;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Optional;

/**
 * Alerts for people without Prometheus: each node judges what it measures itself (the lag of all groups is measured by
 * one of them) and tells the webhook. With PostgreSQL away the silences last known hold. For one context.
 */
public final class Alerts {

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

    private final Vertx vertx;
    private final AlertSettings settings;
    private final String node;
    private final LocalConditions conditions;
    private final AlertBoard board;
    private final SilenceTable table;
    private final Optional<Webhook> webhook;
    private List<Silence> silences = List.of();
    private boolean evaluating;

    public Alerts(Vertx vertx, MeterRegistry registry, String node, AlertSettings settings, Pool pool) {
        this.vertx = vertx;
        this.settings = settings;
        this.node = node;
        this.conditions = new LocalConditions(registry, node, settings);
        this.board = new AlertBoard(settings);
        this.table = new SilenceTable(pool);
        this.webhook = settings.webhook().isEmpty() ? Optional.empty() : Optional.of(new Webhook(vertx, settings.webhook()));
    }

    /** When the database has its tables. */
    public void start() {
        vertx.setPeriodic(settings.interval().toMillis(), due -> evaluate());
    }

    private void evaluate() {
        if (evaluating) {
            return;
        }
        evaluating = true;
        table.live().onSuccess(live -> silences = live).otherwiseEmpty()
                .compose(read -> vertx.executeBlocking(conditions::evaluate)).onSuccess(this::onEvaluated)
                .onFailure(error -> LOG.warn("alerts can't be evaluated: {}", error.toString(), error))
                .onComplete(done -> evaluating = false);
    }

    private void onEvaluated(LocalConditions.Found found) {
        long now = System.currentTimeMillis();
        board.onEvaluated(found.holding(), found.unknown(),
                subject -> silences.stream().anyMatch(silence -> silence.covers(subject, now)), now).forEach(this::tell);
    }

    private void tell(Notice notice) {
        var message = SlackMessage.of(notice, settings, node);
        if (notice.kind() == Notice.Kind.FIRING && notice.rule().severity() != Severity.NOTIFY) {
            LOG.warn("alert {}", message.getString("text"));
        } else {
            LOG.info("alert {}", message.getString("text"));
        }
        webhook.ifPresent(receiver -> receiver.send(message));
    }

    /** Pending and firing ones. */
    List<AlertBoard.Active> active() {
        return board.all();
    }

    SilenceTable silences() {
        return table;
    }
}
