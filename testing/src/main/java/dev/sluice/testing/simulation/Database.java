package dev.sluice.testing.simulation;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** PostgreSQL: sessions, tables with row locks, and what can befall a server. */
final class Database {

    private final World world;
    private final Table<String> inbox = new Table<>();
    private final Table<Long> sequences = new Table<>();
    private final Table<ParkedRow> parked = new Table<>();
    private final List<SimulatedConnection> open = new ArrayList<>();
    private final Map<SqlConnection, SimulatedConnection> byClient = new IdentityHashMap<>();
    private boolean away;
    private long slowNanos;
    private long frozenUntil;

    Database(World world) {
        this.world = world;
    }

    Table<String> inbox() {
        return inbox;
    }

    Table<Long> sequences() {
        return sequences;
    }

    Table<ParkedRow> parked() {
        return parked;
    }

    boolean isAway() {
        return away;
    }

    void onOpened(SimulatedConnection connection) {
        open.add(connection);
        byClient.put(connection.client(), connection);
    }

    void onClosed(SimulatedConnection connection) {
        open.remove(connection);
        byClient.remove(connection.client());
    }

    /** What is to be told of these rows once they are committed. */
    List<Runnable> parkedChanges(List<Table<?>.Row> rows) {
        List<Runnable> changes = new ArrayList<>();
        for (Table<?>.Row each : rows) {
            if (each.pending() instanceof ParkedRow row && !row.equals(each.committed())) {
                ParkedRow before = (ParkedRow) each.committed();
                changes.add(() -> world.guarantees().onParked(row, before));
            } else if (each.pending() == null && each.committed() instanceof ParkedRow gone) {
                changes.add(() -> world.guarantees().onUnparked(gone));
            }
        }
        return changes;
    }

    SimulatedConnection of(SqlConnection client) {
        return byClient.get(client);
    }

    List<SimulatedConnection> open() {
        return open;
    }

    /** The socket is closed by its owner. */
    void cut(SqlConnection client) {
        SimulatedConnection connection = byClient.get(client);
        if (connection != null) {
            connection.cut();
        }
    }

    /** Every session ends, and none can begin until it is back. */
    void away(boolean now) {
        away = now;
        if (now) {
            PgException word = new PgException("terminating connection due to administrator command", "FATAL", "57P01", null);
            List.copyOf(open).forEach(connection -> connection.loseServer(world.schedule().chance(0.5) ? word : null));
        }
    }

    void slow(long nanos) {
        slowNanos = nanos;
    }

    /** It answers nobody for so long, and then goes on where it was. */
    void freeze(long nanos) {
        frozenUntil = world.schedule().nanos() + nanos;
    }

    /** How long until a statement that is sent now is run. */
    long way() {
        long way = world.schedule().draw(50_000, 500_000) + (slowNanos == 0 ? 0 : world.schedule().draw(0, slowNanos));
        return Math.max(way, frozenUntil - world.schedule().nanos());
    }
}
