package dev.sluice.consumer.handlers;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Handler {@code entity-state}: one row per entity with its newest state, guarded by sequence. */
public final class EntityState implements HandlerProvider, BatchHandler {

    private static final String UPSERT = """
            INSERT INTO entity_states AS known (entity_type, entity_id, sequence, status, data, event_id)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]::jsonb[], $6::text[])
            ON CONFLICT (entity_type, entity_id) DO UPDATE
            SET sequence = excluded.sequence, status = excluded.status, data = excluded.data,
                event_id = excluded.event_id, updated_at = now()
            WHERE known.sequence < excluded.sequence""";

    @Override
    public String name() {
        return "entity-state";
    }

    @Override
    public Traits traits() {
        return Traits.NEWEST_STATE_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return new EntityState();
    }

    /** An entity's older events within the batch are left out: PostgreSQL refuses to touch a row twice. */
    @Override
    public Future<?> handle(SqlConnection transaction, List<Event> events) {
        Map<String, Event> newest = new TreeMap<>();
        for (Event event : events) {
            newest.merge(event.requireEntity().text(), event,
                    (a, b) -> b.requireSequence() > a.requireSequence() ? b : a);
        }
        Collection<Event> rows = newest.values();
        return transaction.preparedQuery(UPSERT).execute(Tuple.of(
                Columns.texts(rows, event -> event.requireEntity().type()),
                Columns.texts(rows, event -> event.requireEntity().id()),
                Columns.longs(rows, Event::requireSequence),
                Columns.texts(rows, Event::type),
                Columns.texts(rows, Columns::json),
                Columns.texts(rows, Event::id)));
    }
}
