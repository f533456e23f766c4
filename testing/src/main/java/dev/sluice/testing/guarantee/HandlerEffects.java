package dev.sluice.testing.guarantee;

import dev.sluice.devstack.Postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The effects of any handler: what a query of its own counts for each event, or else {@code processed_events}; and what a
 * second query finds that can't be.
 */
public final class HandlerEffects implements Effects {

    private static final String INBOX = "SELECT event_id, count(*) FROM processed_events WHERE consumer_group = '%s' AND outcome = 'applied' GROUP BY event_id";

    private final String group;
    private final int[] times;
    private final List<String> discrepancies = new ArrayList<>();

    private HandlerEffects(String group, int events) {
        this.group = group;
        this.times = new int[events];
    }

    /**
     * @param effects its columns: an event's identity, and how often it took effect; empty for the inbox
     * @param wrong   each of its rows is a discrepancy, told by the first column
     */
    public static HandlerEffects read(Postgres postgres, Production production, String group, Optional<String> effects, Optional<String> wrong)
            throws SQLException {
        HandlerEffects read = new HandlerEffects(group, production.events());
        read.count(postgres, production, effects.orElse(INBOX.formatted(group)));
        if (wrong.isPresent()) {
            read.look(postgres, wrong.get());
        }
        return read;
    }

    private void look(Postgres postgres, String wrong) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(wrong)) {
            while (rows.next()) {
                discrepancies.add(rows.getString(1));
            }
        }
    }

    private void count(Postgres postgres, Production production, String query) throws SQLException {
        try (Connection connection = postgres.connect(); Statement statement = Rows.streaming(connection);
             ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                String identity = rows.getString(1);
                int count = rows.getInt(2);
                production.numberOf(identity).ifPresentOrElse(n -> times[n] += count,
                        () -> discrepancies.add("there is an effect of " + identity));
            }
        }
    }

    @Override
    public String group() {
        return group;
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
        return List.copyOf(discrepancies);
    }
}
