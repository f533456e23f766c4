package dev.sluice.consumer.handlers;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.List;

/** Handler {@code audit}: every event, appended in the order in which its entity's events take effect. */
public final class Audit implements HandlerProvider, BatchHandler {

    private static final String APPEND = """
            INSERT INTO audit_log (event_id, entity_type, entity_id, sequence, type, data)
            SELECT event_id, entity_type, entity_id, sequence, type, data::jsonb
            FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
                 WITH ORDINALITY AS row (event_id, entity_type, entity_id, sequence, type, data, place)
            ORDER BY place""";

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return new Audit();
    }

    @Override
    public Future<?> handle(SqlConnection transaction, List<Event> events) {
        return transaction.preparedQuery(APPEND).execute(Tuple.of(
                Columns.texts(events, Event::id),
                Columns.texts(events, event -> event.entity().map(entity -> entity.type()).orElse(null)),
                Columns.texts(events, event -> event.entity().map(entity -> entity.id()).orElse(null)),
                Columns.longs(events, event -> event.sequence().isPresent() ? event.sequence().getAsLong() : null),
                Columns.texts(events, Event::type),
                Columns.texts(events, Columns::json)));
    }
}
