package dev.sluice.consumer.handlers;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.api.RoutingKey;
import dev.sluice.store.TextOrder;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
        Map<RoutingKey, Event> newest = new HashMap<>(events.size() * 2);
        for (Event event : events) {
            newest.merge(event.requireEntity(), event, (a, b) -> b.requireSequence() > a.requireSequence() ? b : a);
        }
        return transaction.preparedQuery(UPSERT).execute(columns(newest));
    }

    /** In the order of their keys, so that two batches never wait for each other in a circle. */
    private static Tuple columns(Map<RoutingKey, Event> newest) {
        RoutingKey[] entities = newest.keySet().toArray(new RoutingKey[0]);
        String[] texts = new String[entities.length];
        Arrays.setAll(texts, i -> entities[i].text());
        int[] order = TextOrder.of(texts);
        String[] types = new String[entities.length];
        String[] ids = new String[entities.length];
        Long[] sequences = new Long[entities.length];
        String[] statuses = new String[entities.length];
        String[] data = new String[entities.length];
        String[] eventIds = new String[entities.length];
        for (int i = 0; i < entities.length; i++) {
            RoutingKey entity = entities[order[i]];
            Event event = newest.get(entity);
            types[i] = entity.type();
            ids[i] = entity.id();
            sequences[i] = event.requireSequence();
            statuses[i] = event.type();
            data[i] = Columns.json(event);
            eventIds[i] = event.id();
        }
        return Tuple.of(types, ids, sequences, statuses, data, eventIds);
    }
}
