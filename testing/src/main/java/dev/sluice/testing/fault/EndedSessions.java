package dev.sluice.testing.fault;

import dev.sluice.devstack.Postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** An administrator ends all sessions of the engine in PostgreSQL (57P01). */
final class EndedSessions implements Fault {

    private static final String END = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '%s' AND pid <> pg_backend_pid()";

    private final Postgres postgres;
    private long ended;

    EndedSessions(Postgres postgres) {
        this.postgres = postgres;
    }

    @Override
    public String name() {
        return "end all sessions";
    }

    @Override
    public void begin() throws FaultFailure {
        try (Connection connection = postgres.connectAsSuperuser("postgres"); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(END.formatted(postgres.user()))) {
            rows.next();
            ended = rows.getLong(1);
        } catch (SQLException e) {
            throw new FaultFailure("sessions can't be ended: " + e.getMessage(), e);
        }
    }

    @Override
    public String harm() throws FaultFailure {
        if (ended == 0) {
            throw new FaultFailure("there was no session to be ended");
        }
        return ended + " sessions ended";
    }

    @Override
    public void end() {
    }

    @Override
    public boolean isOverAtOnce() {
        return true;
    }
}
