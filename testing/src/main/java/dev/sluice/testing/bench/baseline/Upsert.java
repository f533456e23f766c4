package dev.sluice.testing.bench.baseline;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
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
            SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[]::numeric[], ?::text[], ?::text[])
            ON CONFLICT (event_id) DO UPDATE SET status = excluded.status, updated_at = now()
            WHERE known.status <> excluded.status""";

    private Upsert() {
    }

    /** The last of each identity, sorted: one statement can't touch a row twice, and two in one order don't wait in a circle. */
    static Collection<Payment> distinct(Iterable<Payment> payments) {
        Map<String, Payment> rows = new TreeMap<>();
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

    /** Arrays of their own types, which pgjdbc sends as they are; of mere objects it would write text and quote it. */
    static void many(PreparedStatement many, Collection<Payment> rows) throws SQLException {
        texts(many, 1, rows, Payment::eventId);
        texts(many, 2, rows, Payment::entityId);
        many.setArray(3, many.getConnection().createArrayOf("bigint", rows.stream().map(Payment::sequence).toArray(Long[]::new)));
        texts(many, 4, rows, row -> row.data().user_id());
        texts(many, 5, rows, row -> row.data().amount());
        texts(many, 6, rows, row -> row.data().currency());
        texts(many, 7, rows, row -> row.data().status());
        many.executeUpdate();
    }

    private static void texts(PreparedStatement many, int index, Collection<Payment> rows,
                              Function<Payment, String> value) throws SQLException {
        many.setArray(index, many.getConnection().createArrayOf("text", rows.stream().map(value).toArray(String[]::new)));
    }
}
