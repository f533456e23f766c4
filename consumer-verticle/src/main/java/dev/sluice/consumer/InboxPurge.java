package dev.sluice.consumer;

import dev.sluice.store.Inbox;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/**
 * Forgets identities that are older than the horizon, some at a time. Several instances may do it at once. Dead ones
 * stay: their letters can be sent back. Event loop only.
 */
final class InboxPurge {

    private static final Logger LOG = LoggerFactory.getLogger(InboxPurge.class);
    private static final long PERIOD_MILLIS = 600_000;
    private static final int PORTION = 5_000;

    private final Vertx vertx;
    private final Pool pool;
    private final Inbox inbox;
    private final String group;
    private final Duration horizon;
    private long timer;

    InboxPurge(Vertx vertx, Pool pool, String group, Duration horizon) {
        this.vertx = vertx;
        this.pool = pool;
        this.inbox = new Inbox(group);
        this.group = group;
        this.horizon = horizon;
    }

    void start() {
        timer = vertx.setPeriodic(0, PERIOD_MILLIS, now -> purge().onFailure(error ->
                LOG.warn("group={} Old identities are not purged now ({}); next try in {} s", group, error.toString(), PERIOD_MILLIS / 1_000)));
    }

    private Future<Void> purge() {
        return inbox.purge(pool, horizon, PORTION).compose(gone -> {
            if (gone > 0) {
                LOG.info("group={} identities={} Identities older than {} days are forgotten", group, gone, horizon.toDays());
            }
            return gone < PORTION ? Future.succeededFuture() : purge();
        });
    }

    void stop() {
        vertx.cancelTimer(timer);
    }
}
