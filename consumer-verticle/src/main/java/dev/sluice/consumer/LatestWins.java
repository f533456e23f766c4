package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An event takes effect only if its sequence is above the highest of its entity that has. The entity's row is locked
 * until the commit, so that an owner that was replaced can't slip an older state in between.
 */
final class LatestWins implements SequencePolicy {

    /** Locks each row and moves it on at once; {@code previous} tells where it stood. An older sequence moves nothing. */
    private static final String MOVE = """
            INSERT INTO entity_sequences AS known (consumer_group, entity, last)
            SELECT $1, * FROM unnest($2::text[], $3::bigint[])
            ON CONFLICT (consumer_group, entity)
            DO UPDATE SET last = greatest(known.last, excluded.last), previous = known.last
            RETURNING entity, previous""";

    private final String group;

    LatestWins(String group) {
        this.group = group;
    }

    @Override
    public Future<List<Work>> current(SqlConnection connection, List<Work> works, Map<Work, Outcome> outcomes) {
        if (works.isEmpty()) {
            return Future.succeededFuture(works);
        }
        String[] entities = works.stream().map(work -> work.event().requireEntity().text()).toArray(String[]::new);
        SortedMap<String, Long> newest = new TreeMap<>();
        for (int i = 0; i < entities.length; i++) {
            newest.merge(entities[i], works.get(i).event().requireSequence(), Math::max);
        }
        return connection.preparedQuery(MOVE).execute(Tuple.of(group, newest.keySet().toArray(new String[0]),
                newest.values().toArray(new Long[0]))).map(rows -> {
            Map<String, Long> last = new HashMap<>(newest.size() * 2);
            for (Row row : rows) {
                last.put(row.getString(0), row.getLong(1));
            }
            List<Work> current = new ArrayList<>(works.size());
            for (int i = 0; i < entities.length; i++) {
                long sequence = works.get(i).event().requireSequence();
                if (sequence > last.get(entities[i])) {
                    last.put(entities[i], sequence);
                    current.add(works.get(i));
                } else {
                    outcomes.put(works.get(i), Outcome.SUPERSEDED);
                }
            }
            return current;
        });
    }
}
