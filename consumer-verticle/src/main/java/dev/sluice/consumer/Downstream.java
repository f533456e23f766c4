package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * PostgreSQL as the batches see it: there, or away. After five outages in a row it is away; then a ping every 500 ms asks
 * whether it has come back, one batch tries, and if it succeeds all go on. What waits is kept. Event loop only.
 */
final class Downstream {

    private static final Logger LOG = LoggerFactory.getLogger(Downstream.class);
    private static final int OUTAGES_TO_OPEN = 5;
    private static final long PING_MILLIS = 500;
    private static final long PING_DEADLINE_MILLIS = 2_000;

    private final Vertx vertx;
    private final Pool pool;
    private final String group;
    private final List<Promise<Void>> waiting = new ArrayList<>();
    private int outagesInARow;
    private volatile boolean open;
    private boolean trying;
    private boolean pinging;

    Downstream(Vertx vertx, Pool pool, String group) {
        this.vertx = vertx;
        this.pool = pool;
        this.group = group;
    }

    /** Whether it is held to be away. Any thread. */
    boolean isOpen() {
        return open;
    }

    void onAnswered() {
        outagesInARow = 0;
        trying = false;
        if (open) {
            open = false;
            LOG.info("group={} breaker=closed PostgreSQL answers again; {} batches go on", group, waiting.size());
            List<Promise<Void>> all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(Promise::complete);
        }
    }

    /** @return completes when it is worth another try */
    Future<Void> onOutage(Throwable error) {
        trying = false;
        outagesInARow++;
        if (!open && outagesInARow >= OUTAGES_TO_OPEN) {
            open = true;
            LOG.warn("group={} breaker=open PostgreSQL is away ({}); nothing is lost or dead-lettered, partitions pause",
                    group, error.toString());
        }
        Promise<Void> turn = Promise.promise();
        waiting.add(turn);
        if (!pinging) {
            pinging = true;
            pingLater();
        }
        return turn.future();
    }

    /** Lets everything that waits look again, because a partition of theirs was taken away. */
    void releaseAll() {
        List<Promise<Void>> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(Promise::complete);
    }

    private void pingLater() {
        vertx.setTimer(PING_MILLIS, timer -> {
            if (!trying && (open || !waiting.isEmpty())) {
                pool.query("SELECT 1").execute().timeout(PING_DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                        .onSuccess(answer -> tryOne());
            }
            pinging = open || !waiting.isEmpty();
            if (pinging) {
                pingLater();
            }
        });
    }

    private void tryOne() {
        if (!waiting.isEmpty()) {
            trying = true;
            waiting.remove(0).complete();
        } else if (open) {
            onAnswered();
        }
    }
}
