package dev.sluice.testing.guarantee;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Queries with millions of rows. */
final class Rows {

    private static final int AT_ONCE = 10_000;

    private Rows() {
    }

    /** The rows arrive in portions, so that they need not fit into memory. */
    static Statement streaming(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Statement statement = connection.createStatement();
        statement.setFetchSize(AT_ONCE);
        return statement;
    }
}
