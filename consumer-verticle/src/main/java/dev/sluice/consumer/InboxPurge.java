package dev.sluice.consumer;

import dev.sluice.store.Inbox;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/**
 * Forgets identities that are older than the horizon by {@link #MARGIN}, some at a time. Several instances may do it at
 * once. Dead ones stay: their letters can be sent back. And forgets {@link DeadSequences} of no more use. Event loop only.
 *
 * <p>An event's age is told by two other clocks, the producer's and the consumer's ({@link Unexpired}). While they differ
 * from PostgreSQL's by less than the margin in all, whatever is not expired is still known.
 */
final class InboxPurge {

    private static final Logger LOG = LoggerFactory.getLogger(InboxPurge.class);
    /** Kafka takes no record that is an hour ahead of its own clock. */
    static final Duration MARGIN = Duration.ofDays(1);
    private static final long PERIOD_MILLIS = 600_000;
    /** After a failure. */
    static final Duration AGAIN = Duration.ofSeconds(30);
    private static final int PORTION = 5_000;

    private final Vertx vertx;
    private final Pool pool;
    private final Inbox inbox;
    private final DeadSequences deadSequences;
    private final String group;
    private final Duration horizon;
    private final Duration again;
    private boolean stopped;
    private long timer;

    /** @param again after a failure */
    InboxPurge(Vertx vertx, Pool pool, String group, Duration horizon, Duration again) {
        this.vertx = vertx;
        this.pool = pool;
        this.inbox = new Inbox(group);
        this.deadSequences = new DeadSequences(group);
        this.group = group;
        this.horizon = horizon;
        this.again = again;
    }

    void start() {
        purgeAfter(1);
    }

    private void purgeAfter(long millis) {
        if (stopped) {
            return;
        }
        timer = vertx.setTimer(millis, now -> Future.succeededFuture().compose(go -> purge()).compose(done -> purgeDeadSequences())
                .onSuccess(done -> purgeAfter(PERIOD_MILLIS))
                .onFailure(error -> {
                    LOG.warn("group={} Old identities are not purged now ({}); next try in {} s", group, error.toString(), again.toSeconds());
                    purgeAfter(again.toMillis());
                }));
    }

    private Future<Void> purgeDeadSequences() {
        return deadSequences.purge(pool, PORTION)
                .compose(gone -> gone < PORTION ? Future.succeededFuture() : purgeDeadSequences());
    }

    private Future<Void> purge() {
        return inbox.purge(pool, horizon.plus(MARGIN), PORTION).compose(gone -> {
            if (gone > 0) {
                LOG.info("group={} identities={} Identities older than {} days are forgotten", group, gone,
                        horizon.plus(MARGIN).toDays());
            }
            return gone < PORTION ? Future.succeededFuture() : purge();
        });
    }

    void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
    }
}
