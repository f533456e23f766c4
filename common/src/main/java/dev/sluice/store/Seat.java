package dev.sluice.store;

import dev.sluice.config.PostgresSettings;
import dev.sluice.time.ContextDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One of the cluster does a task, the others stand by: whose session holds an advisory lock of PostgreSQL. A session
 * that says nothing for 8 s (its process is frozen) is ended by PostgreSQL, and a peer takes over; the frozen one knows
 * when it wakes. With PostgreSQL away whoever had the seat keeps it, so for a while two may have it: the task must be
 * harmless when done twice. For one context.
 */
public final class Seat {

    private static final Logger LOG = LoggerFactory.getLogger(Seat.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration SILENCE = Duration.ofSeconds(8);
    private static final Map<String, String> SESSION =
            Map.of("idle_session_timeout", SILENCE.toSeconds() + "s", "lock_timeout", "2s");
    private static final String TAKE = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";

    private final Vertx vertx;
    private final ContextDeadline deadline;
    private final PostgresSettings postgres;
    private final String task;
    private final Consumer<Boolean> onChanged;
    private PgConnection session;
    /** This session, not an earlier one, holds the lock. */
    private boolean locked;
    private boolean ours;
    /** When the last look began, before PostgreSQL heard of it. */
    private long lookedNanos = System.nanoTime();
    private boolean closed;
    private long timer;

    /**
     * @param task      the same on all nodes, another than every other seat's; the log names it
     * @param onChanged told whether the seat is ours now
     */
    public Seat(Vertx vertx, PostgresSettings postgres, String task, Consumer<Boolean> onChanged) {
        this.vertx = vertx;
        this.deadline = new ContextDeadline(vertx);
        this.postgres = postgres;
        this.task = task;
        this.onChanged = onChanged;
    }

    /** Completes when it is known who has the seat, or PostgreSQL has not said. */
    public Future<Void> start() {
        return look().eventually(() -> {
            if (!closed) {
                timer = vertx.setTimer(LOOK.toMillis(), due -> start());
            }
            return Future.succeededFuture();
        });
    }

    /** Not any more when this process has stood still for so long that a peer may have taken over. */
    public boolean isOurs() {
        return ours && !stoodStill();
    }

    private boolean stoodStill() {
        return System.nanoTime() - lookedNanos >= SILENCE.toNanos();
    }

    private Future<Void> look() {
        if (closed) {
            return Future.succeededFuture();
        }
        if (stoodStill()) {
            forget();
            onAnswer(false);
        }
        lookedNanos = System.nanoTime();
        Future<PgConnection> connected = session != null ? Future.succeededFuture(session)
                : PgConnection.connect(vertx, postgres.connectOptions(SESSION)).onSuccess(this::onConnected);
        return deadline.within(LOOK.toMillis() * 2, connected.compose(held -> locked ? held.query("SELECT 1").execute().mapEmpty()
                : held.preparedQuery(TAKE).execute(Tuple.of("sluice " + task)).map(rows -> {
                    onAnswer(rows.iterator().next().getBoolean(0));
                    return null;
                })))
                .<Void>mapEmpty().recover(away -> {
                    LOG.debug("who does it can't be asked: task={} error={}", task, away.toString());
                    forget();
                    return Future.succeededFuture();
                });
    }

    private void onConnected(PgConnection connected) {
        session = connected;
        connected.closeHandler(gone -> {
            if (session == connected) {
                session = null;
                locked = false;
            }
        });
    }

    private void onAnswer(boolean taken) {
        locked = taken;
        if (taken != ours) {
            ours = taken;
            LOG.info(taken ? "done here: task={}" : "done elsewhere, standing by: task={}", task);
            onChanged.accept(taken);
        }
    }

    /** A session that did not answer in time may hold the lock still: it is closed, and with it the lock is free. */
    private void forget() {
        PgConnection old = session;
        session = null;
        locked = false;
        if (old != null) {
            old.close();
        }
    }

    public Future<Void> close() {
        closed = true;
        ours = false;
        vertx.cancelTimer(timer);
        PgConnection old = session;
        session = null;
        return old == null ? Future.succeededFuture() : old.close();
    }
}
