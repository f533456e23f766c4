package dev.sluice.testing.fault;

import dev.sluice.devstack.Postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** PostgreSQL's disk is full: it refuses what needs room (53100), or ends because its log finds none, until there is room again. */
record FullDisk(Postgres postgres, SmallDisk disk) implements Fault {

    private static final String NEEDS_ROOM = "CREATE TABLE prove_room AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)";

    @Override
    public String name() {
        return "fill PostgreSQL's disk";
    }

    @Override
    public void begin() throws FaultFailure {
        try {
            disk.fill();
        } catch (FaultFailure e) {
            disk.free();
            throw e;
        }
    }

    @Override
    public String harm() throws FaultFailure {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = 20000");
            statement.execute(NEEDS_ROOM);
            statement.execute("DROP TABLE prove_room");
        } catch (SQLException refused) {
            return "it refuses: " + (refused.getSQLState() == null ? "no answer" : refused.getSQLState());
        }
        throw new FaultFailure("PostgreSQL still finds room on its full disk");
    }

    @Override
    public void end() {
        disk.free();
        postgres.start();
    }

    @Override
    public boolean isOverAtOnce() {
        return false;
    }
}
