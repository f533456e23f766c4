package dev.sluice.testing.fault;

import dev.sluice.devstack.Postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Another transaction holds a table that handlers write to: every statement on it waits. */
final class TableLock implements Fault {

    private final Postgres postgres;
    private final String table;
    private Connection holder;

    TableLock(Postgres postgres, String table) {
        this.postgres = postgres;
        this.table = table;
    }

    @Override
    public String name() {
        return "lock table " + table;
    }

    @Override
    public void begin() throws FaultFailure {
        try {
            holder = postgres.connect();
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("LOCK TABLE " + table + " IN EXCLUSIVE MODE");
            }
        } catch (SQLException e) {
            throw new FaultFailure(table + " can't be locked: " + e.getMessage(), e);
        }
    }

    @Override
    public String harm() throws FaultFailure {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '" + table + "'::regclass")) {
            rows.next();
            if (rows.getLong(1) == 0) {
                throw new FaultFailure("nobody waits for " + table);
            }
            return rows.getLong(1) + " sessions wait";
        } catch (SQLException e) {
            throw new FaultFailure("PostgreSQL does not say who waits: " + e.getMessage(), e);
        }
    }

    @Override
    public void end() throws FaultFailure {
        try {
            holder.rollback();
            holder.close();
        } catch (SQLException e) {
            throw new FaultFailure(table + " can't be let go: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean isOverAtOnce() {
        return false;
    }
}
