package dev.sluice.testing.simulation;

import dev.sluice.testing.simulation.Schedule.Alarm;
import io.vertx.pgclient.PgException;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The server's side of a connection: its transaction, its locks, its timeouts. */
final class Session {

    /** As the product sets them for each of its sessions. */
    private static final long IDLE_IN_TRANSACTION = 1_500 * Schedule.MILLI;
    private static final long LOCK_TIMEOUT = 2 * Schedule.SECOND;

    private final World world;
    private final Database database;
    private final String owner;
    private final BiConsumer<PgException, Boolean> onTerminated;
    private final List<Table<?>.Row> locked = new ArrayList<>();
    private final List<String> effects = new ArrayList<>();
    private boolean inTransaction;
    private boolean failed;
    private boolean ended;
    private Alarm idle;

    /** @param onTerminated told when the server ends the session: its last word (or null), and whether it was idle */
    Session(World world, Database database, String owner, BiConsumer<PgException, Boolean> onTerminated) {
        this.world = world;
        this.database = database;
        this.owner = owner;
        this.onTerminated = onTerminated;
    }

    Table<String> inbox() {
        return database.inbox();
    }

    Table<Long> sequences() {
        return database.sequences();
    }

    Table<ParkedRow> parked() {
        return database.parked();
    }

    OffsetDateTime now() {
        return Instant.ofEpochMilli(world.schedule().millis()).atOffset(ZoneOffset.UTC);
    }

    void onLocked(Table<?>.Row row) {
        locked.add(row);
    }

    void onEffect(String eventId) {
        effects.add(eventId);
    }

    boolean isEnded() {
        return ended;
    }

    boolean holdsLocks() {
        return !locked.isEmpty();
    }

    /** @param answer the failure, or null; told once, unless the session ends before */
    void onStatement(Statement statement, java.util.function.Consumer<Throwable> answer) {
        stopIdling();
        if (statement.is("BEGIN")) {
            inTransaction = true;
            answered(answer, null);
        } else if (statement.is("ROLLBACK")) {
            end(false);
            answered(answer, null);
        } else if (statement.is("COMMIT")) {
            boolean rolledBack = failed;
            end(!failed);
            answered(answer, rolledBack ? io.vertx.sqlclient.TransactionRollbackException.INSTANCE : null);
        } else if (failed) {
            answered(answer, Statement.error("25P02", "current transaction is aborted"));
        } else if (world.faults().conflicts()) {
            fail(answer, Statement.error("40001", "could not serialize access"));
        } else {
            attempt(statement, answer, world.schedule().nanos() + LOCK_TIMEOUT);
        }
    }

    private void attempt(Statement statement, java.util.function.Consumer<Throwable> answer, long deadline) {
        if (ended) {
            return;
        }
        try {
            Table<?>.Row blocking = statement.run(this);
            if (blocking == null) {
                if (!inTransaction) {
                    end(true);
                }
                answered(answer, null);
                return;
            }
            world.count("waits for a lock");
            world.trace("%s waits for %s", owner, blocking);
            boolean[] over = {false};
            Alarm alarm = world.schedule().after(deadline - world.schedule().nanos(), null, () -> {
                over[0] = true;
                world.count("locks not had in time");
                fail(answer, Statement.error("55P03", "canceling statement due to lock timeout"));
            });
            blocking.await(() -> {
                if (!over[0]) {
                    alarm.cancel();
                    attempt(statement, answer, deadline);
                }
            });
        } catch (PgException error) {
            fail(answer, error);
        }
    }

    private void fail(java.util.function.Consumer<Throwable> answer, PgException error) {
        if (inTransaction) {
            failed = true;
        } else {
            end(false);
        }
        answered(answer, error);
    }

    private void answered(java.util.function.Consumer<Throwable> answer, Throwable error) {
        if (ended) {
            return;
        }
        if (inTransaction) {
            idle = world.schedule().after(IDLE_IN_TRANSACTION, null, () -> {
                world.count("transactions left idle");
                terminate(Statement.error("25P03", "terminating connection due to idle-in-transaction timeout"));
            });
        }
        answer.accept(error);
    }

    private void stopIdling() {
        if (idle != null) {
            idle.cancel();
            idle = null;
        }
    }

    private void end(boolean commit) {
        if (commit && !effects.isEmpty()) {
            world.trace("%s commits the effects of %s", owner, effects);
        }
        List<Table<?>.Row> rows = List.copyOf(locked);
        List<String> done = List.copyOf(effects);
        inTransaction = false;
        failed = false;
        locked.clear();
        effects.clear();
        if (commit) {
            done.forEach(world.guarantees()::onEffect);
        }
        List<Runnable> checks = commit ? database.parkedChanges(rows) : List.of();
        rows.forEach(row -> row.end(commit));
        checks.forEach(Runnable::run);
        if (commit) {
            world.guarantees().onTransaction(done);
        }
    }

    /** The server ends it: rolled back. @param word null when nobody hears it */
    void terminate(PgException word) {
        if (!ended) {
            boolean wasIdle = idle != null;
            stopIdling();
            ended = true;
            end(false);
            onTerminated.accept(word, wasIdle);
        }
    }
}
