package dev.sluice.consumer;

import dev.sluice.api.Event;
import dev.sluice.api.RoutingKey;
import dev.sluice.event.Outcome;
import dev.sluice.store.TextOrder;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** An entity's place: of the newest of the batch, and of what has had its effect. */
    private static final class Place {
        private final String entity;
        private long newest;
        private long last;

        private Place(RoutingKey entity) {
            this.entity = entity.text();
        }
    }

    @Override
    public Future<List<Work>> current(SqlConnection connection, List<Work> works, Map<Work, Outcome> outcomes) {
        if (works.isEmpty()) {
            return Future.succeededFuture(works);
        }
        Map<RoutingKey, Place> byEntity = new HashMap<>(works.size() * 2);
        Place[] places = new Place[works.size()];
        for (int i = 0; i < places.length; i++) {
            Event event = works.get(i).event();
            places[i] = byEntity.computeIfAbsent(event.requireEntity(), Place::new);
            places[i].newest = Math.max(places[i].newest, event.requireSequence());
        }
        return moved(connection, sorted(byEntity.values().toArray(new Place[0]))).map(moved -> {
            List<Work> current = new ArrayList<>(works.size());
            for (int i = 0; i < places.length; i++) {
                long sequence = works.get(i).event().requireSequence();
                if (sequence > places[i].last) {
                    places[i].last = sequence;
                    current.add(works.get(i));
                } else {
                    outcomes.put(works.get(i), Outcome.SUPERSEDED);
                }
            }
            return current;
        });
    }

    /** So that two batches never wait for each other in a circle. */
    private static Place[] sorted(Place[] places) {
        String[] entities = new String[places.length];
        Arrays.setAll(entities, i -> places[i].entity);
        int[] order = TextOrder.of(entities);
        Place[] sorted = new Place[places.length];
        Arrays.setAll(sorted, i -> places[order[i]]);
        return sorted;
    }

    /** Each learns where it stood. PostgreSQL answers in the order of the rows, but promises none. */
    private Future<Void> moved(SqlConnection connection, Place[] sorted) {
        String[] entities = new String[sorted.length];
        Long[] newest = new Long[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            entities[i] = sorted[i].entity;
            newest[i] = sorted[i].newest;
        }
        return connection.preparedQuery(MOVE).execute(Tuple.of(group, entities, newest)).map(rows -> {
            int next = 0;
            for (Row row : rows) {
                String entity = row.getString(0);
                int place = next < entities.length && entities[next].equals(entity) ? next : Arrays.binarySearch(entities, entity);
                sorted[place].last = row.getLong(1);
                next++;
            }
            return null;
        });
    }
}
