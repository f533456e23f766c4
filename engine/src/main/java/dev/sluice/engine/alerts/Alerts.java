package dev.sluice.engine.alerts;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.AlertReport;
import dev.sluice.bus.Node;
import dev.sluice.time.LastAnswer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Alerts for people without Prometheus: the nodes tell each other what they measure, each judges it all, and one of them
 * tells the webhook. When that one is gone the next one tells, also what was due meanwhile; it may come twice, but is not
 * lost. With PostgreSQL away, or frozen, the silences last known hold. For one context.
 */
public final class Alerts {

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final long PATIENCE_MILLIS = 2_000;

    /** One message a rule at most is due at each evaluation. */
    private record Kept(Notice notice, long atMillis) {
    }

    private final Vertx vertx;
    private final AlertSettings settings;
    private final Node node;
    private final LocalConditions conditions;
    private final ClusterConditions cluster;
    private final AlertBoard board;
    private final SilenceTable table;
    private final Optional<Webhook> webhook;
    /** From the start on. */
    private LastAnswer<List<Silence>> lastSilences;
    private List<Silence> silences = List.of();
    private boolean evaluating;
    private boolean left;
    private volatile Context context;
    /** What another one is to tell; younger than the time in which it would be missed. */
    private final Deque<Kept> othersToTell = new ArrayDeque<>();

    public Alerts(Vertx vertx, Node node, AlertSettings settings, Pool pool) {
        this.vertx = vertx;
        this.settings = settings;
        this.node = node;
        this.conditions = new LocalConditions(node.meters(), node.name(), settings);
        this.cluster = new ClusterConditions(settings);
        this.board = new AlertBoard(settings);
        this.table = new SilenceTable(pool);
        this.webhook = settings.webhook().isEmpty() ? Optional.empty() : Optional.of(new Webhook(vertx, settings.webhook()));
    }

    /** When the database has its tables. */
    public void start() {
        context = vertx.getOrCreateContext();
        lastSilences = new LastAnswer<>(vertx, PATIENCE_MILLIS, List.of(), table::live);
        node.bus().listen(Addresses.ALERTS, this::onReport);
        vertx.setPeriodic(settings.interval().toMillis(), due -> evaluate());
    }

    /** Tells the other nodes that this one goes in an orderly way: they will not miss it. From any thread. */
    public void leave() {
        if (context != null) {
            context.runOnContext(now -> {
                left = true;
                node.bus().announce(Addresses.ALERTS, AlertReport.lastOf(node.name()));
            });
        }
    }

    private void onReport(AlertReport report) {
        if (report.leaves()) {
            cluster.onLeft(report.node());
        } else {
            cluster.onReport(report, System.currentTimeMillis());
        }
    }

    private void evaluate() {
        if (evaluating || left) {
            return;
        }
        evaluating = true;
        lastSilences.ask().onSuccess(live -> silences = live)
                .compose(read -> vertx.executeBlocking(conditions::evaluate)).onSuccess(this::onEvaluated)
                .onFailure(error -> LOG.warn("alerts can't be evaluated: {}", error.toString(), error))
                .onComplete(done -> evaluating = false);
    }

    private void onEvaluated(AlertReport own) {
        if (left) {
            return;
        }
        long now = System.currentTimeMillis();
        node.bus().announce(Addresses.ALERTS, own);
        cluster.onReport(own, now);
        ClusterConditions.Found found = cluster.found(now);
        List<Notice> notices = board.onEvaluated(found.holding(), found.unknown(),
                subject -> silences.stream().anyMatch(silence -> silence.covers(subject, now)), now);
        othersToTell.removeIf(kept -> now - kept.atMillis > cluster.livesMillis() + settings.interval().toMillis());
        if (cluster.tells(node.name(), now)) {
            othersToTell.forEach(kept -> tell(kept.notice));
            othersToTell.clear();
            notices.forEach(this::tell);
        } else {
            notices.forEach(notice -> othersToTell.add(new Kept(notice, now)));
        }
    }

    private void tell(Notice notice) {
        var message = SlackMessage.of(notice, settings, node.name());
        // "[PAGE] NodeSilent: " belongs to the format: of one format ten warnings a minute are written, and no rule hides another.
        String[] text = message.getString("text").split("(?<=: )", 2);
        if (notice.kind() == Notice.Kind.FIRING && notice.rule().severity() != Severity.NOTIFY) {
            LOG.warn("alert " + text[0] + "{}", text[1]);
        } else {
            LOG.info("alert " + text[0] + "{}", text[1]);
        }
        webhook.ifPresent(receiver -> receiver.send(message));
    }

    /** Pending and firing ones, of all nodes; none before the start. From any thread. */
    Future<List<AlertBoard.Active>> active() {
        return onContext(List.of(), board::all);
    }

    /** Nobody misses that node any more, unless it is heard of again. From any thread. @return false when nobody does */
    Future<Boolean> giveUp(String silent) {
        return onContext(false, () -> {
            boolean missed = cluster.misses(silent, System.currentTimeMillis());
            if (missed) {
                node.bus().announce(Addresses.ALERTS, AlertReport.lastOf(silent));
                cluster.onLeft(silent);
            }
            return missed;
        });
    }

    private <T> Future<T> onContext(T beforeTheStart, Supplier<T> question) {
        Promise<T> answer = Promise.promise();
        if (context == null) {
            answer.complete(beforeTheStart);
        } else {
            context.runOnContext(now -> answer.complete(question.get()));
        }
        return answer.future();
    }

    SilenceTable silences() {
        return table;
    }
}
