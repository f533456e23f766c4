package dev.sluice.testing.bench.baseline;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The one write of all baselines: a row per event, whose status may change. */
final class Upsert {

    /** One event. */
    static final String ONE = """
            INSERT INTO payment_states AS known (event_id, entity_id, sequence, user_id, amount, currency, status)
            VALUES (?, ?, ?, ?, ?::numeric, ?, ?)
            ON CONFLICT (event_id) DO UPDATE SET status = excluded.status, updated_at = now()
            WHERE known.status <> excluded.status""";
    /** As many as its arrays hold, each once. */
    static final String MANY = """
            INSERT INTO payment_states AS known (event_id, entity_id, sequence, user_id, amount, currency, status)
            SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::numeric[], ?::text[], ?::text[])
            ON CONFLICT (event_id) DO UPDATE SET status = excluded.status, updated_at = now()
            WHERE known.status <> excluded.status""";

    private Upsert() {
    }

    /** The last of each identity: one statement can't touch a row twice. */
    static Collection<Payment> distinct(Iterable<Payment> payments) {
        Map<String, Payment> rows = new LinkedHashMap<>();
        payments.forEach(payment -> rows.put(payment.eventId(), payment));
        return rows.values();
    }

    static void set(PreparedStatement one, Payment row) throws SQLException {
        one.setString(1, row.eventId());
        one.setString(2, row.entityId());
        one.setLong(3, row.sequence());
        one.setString(4, row.data().user_id());
        one.setString(5, row.data().amount());
        one.setString(6, row.data().currency());
        one.setString(7, row.data().status());
    }

    static void many(PreparedStatement many, Collection<Payment> rows) throws SQLException {
        column(many, 1, "text", rows, Payment::eventId);
        column(many, 2, "text", rows, Payment::entityId);
        column(many, 3, "bigint", rows, Payment::sequence);
        column(many, 4, "text", rows, row -> row.data().user_id());
        column(many, 5, "numeric", rows, row -> row.data().amount());
        column(many, 6, "text", rows, row -> row.data().currency());
        column(many, 7, "text", rows, row -> row.data().status());
        many.executeUpdate();
    }

    private static void column(PreparedStatement many, int index, String type, Collection<Payment> rows,
                               Function<Payment, Object> value) throws SQLException {
        Connection connection = many.getConnection();
        many.setArray(index, connection.createArrayOf(type, rows.stream().map(value).toArray()));
    }
}
