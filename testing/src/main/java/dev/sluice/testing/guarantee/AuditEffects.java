package dev.sluice.testing.guarantee;

import dev.sluice.devstack.Postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows of {@code audit_log}: one for each event, in the order in which an entity's events took effect. */
public final class AuditEffects implements Effects {

    private static final String ROWS =
            "SELECT event_id, entity_type || ':' || entity_id, sequence FROM audit_log ORDER BY id";

    private final int[] times;
    private final List<String> strangers = new ArrayList<>();
    private final List<String> overtaken = new ArrayList<>();
    private long steps;

    private AuditEffects(int events) {
        times = new int[events];
    }

    public static AuditEffects read(Postgres postgres, Production production) throws SQLException {
        AuditEffects effects = new AuditEffects(production.events());
        try (Connection connection = postgres.connect(); Statement statement = Rows.streaming(connection);
             ResultSet rows = statement.executeQuery(ROWS)) {
            Map<String, Long> last = new HashMap<>();
            while (rows.next()) {
                effects.add(production, rows.getString(1), rows.getString(2), rows.getLong(3), last);
            }
        }
        return effects;
    }

    private void add(Production production, String identity, String entity, long sequence, Map<String, Long> last) {
        production.numberOf(identity).ifPresentOrElse(n -> times[n]++, () -> strangers.add("audit_log holds " + identity));
        long before = last.getOrDefault(entity, 0L);
        steps++;
        if (sequence < before) {
            overtaken.add(entity + ": " + sequence + " took effect after " + before);
        }
        last.put(entity, Math.max(before, sequence));
    }

    @Override
    public String group() {
        return "audit";
    }

    @Override
    public int times(int n) {
        return times[n];
    }

    @Override
    public boolean refuses(int n) {
        return false;
    }

    @Override
    public List<String> discrepancies() {
        return List.copyOf(strangers);
    }

    /** Events that took effect after a later one of their entity. */
    List<String> overtaken() {
        return List.copyOf(overtaken);
    }

    long steps() {
        return steps;
    }
}
