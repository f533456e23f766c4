package dev.sluice.devstack;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A PostgreSQL that keeps what it has committed: fsync and synchronous_commit are on. */
public interface Postgres extends Part {

    String host();

    int port();

    String database();

    /** The owner of the database. */
    String user();

    String password();

    default String jdbcUrl() {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + database();
    }

    /** A new connection as the database's owner; the caller closes it. */
    default Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), user(), password());
    }

    /** The same as superuser, for settings of the server and sessions of others; also to the database {@code postgres}. */
    default Connection connectAsSuperuser(String anyDatabase) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + host() + ":" + port() + "/" + anyDatabase, "postgres", password());
    }
}
