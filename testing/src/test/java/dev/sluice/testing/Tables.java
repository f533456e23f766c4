package dev.sluice.testing;

import dev.sluice.devstack.Postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** What stands in PostgreSQL, seen from outside. */
record Tables(Postgres postgres) {

    long count(String fromWhere) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + fromWhere)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Ended in this database since it was made, the reading ones and the rolled back included. PostgreSQL tells a second late. */
    long transactions() throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT xact_commit + xact_rollback FROM pg_stat_database "
                     + "WHERE datname = current_database()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Two columns, as a map. */
    Map<String, Integer> map(String query) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(query)) {
            Map<String, Integer> map = new TreeMap<>();
            while (rows.next()) {
                map.put(rows.getString(1), rows.getInt(2));
            }
            return map;
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Events of the audit log that did not follow their entity's predecessor. */
    long auditOutOfOrder() throws SQLException {
        return count("""
                (SELECT sequence - lag(sequence, 1, 0::bigint) OVER (PARTITION BY entity_type, entity_id ORDER BY id) AS step
                 FROM audit_log) AS steps WHERE step <> 1""");
    }

    Map<String, Integer> entitySequences(String run) throws SQLException {
        return map("SELECT entity_type || ':' || entity_id, sequence FROM entity_states WHERE entity_id LIKE '" + run + "-%'");
    }
}
