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

    /** Also creates the rows that are missing (at -1, below every sequence), because only a row can be locked. */
    private static final String LOCK = """
            INSERT INTO entity_sequences AS known (consumer_group, entity, last)
            SELECT $1, entity, -1 FROM unnest($2::text[]) AS entity
            ON CONFLICT (consumer_group, entity) DO UPDATE SET last = known.last
            RETURNING entity, last""";
    private static final String MOVE = """
            UPDATE entity_sequences SET last = moved.last
            FROM unnest($2::text[], $3::bigint[]) AS moved (entity, last)
            WHERE entity_sequences.consumer_group = $1 AND entity_sequences.entity = moved.entity""";

    private final String group;

    LatestWins(String group) {
        this.group = group;
    }

    @Override
    public Future<List<Work>> current(SqlConnection connection, List<Work> works, Map<Work, Outcome> outcomes) {
        if (works.isEmpty()) {
            return Future.succeededFuture(works);
        }
        String[] entities = works.stream().map(LatestWins::entity).distinct().sorted().toArray(String[]::new);
        return connection.preparedQuery(LOCK).execute(Tuple.of(group, (Object) entities)).compose(rows -> {
            Map<String, Long> last = new HashMap<>();
            for (Row row : rows) {
                last.put(row.getString(0), row.getLong(1));
            }
            SortedMap<String, Long> moved = new TreeMap<>();
            List<Work> current = new ArrayList<>(works.size());
            for (Work work : works) {
                long sequence = work.event().requireSequence();
                if (sequence > last.get(entity(work))) {
                    last.put(entity(work), sequence);
                    moved.put(entity(work), sequence);
                    current.add(work);
                } else {
                    outcomes.put(work, Outcome.SUPERSEDED);
                }
            }
            return moved.isEmpty() ? Future.succeededFuture(current)
                    : connection.preparedQuery(MOVE).execute(Tuple.of(group, moved.keySet().toArray(new String[0]),
                            moved.values().toArray(new Long[0]))).map(ignored -> current);
        });
    }

    private static String entity(Work work) {
        return work.event().requireEntity().text();
    }
}
