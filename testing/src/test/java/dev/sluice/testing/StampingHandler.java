package dev.sluice.testing;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.List;

/** Leaves a row for each event in {@code stamps}: when it was delivered, and how long after Kafka had it. */
public final class StampingHandler implements HandlerProvider, BatchHandler {

    private static final String STAMP = "INSERT INTO stamps (event_id, kind, attempt, delivered, record_time) "
            + "VALUES ($1, $2, $3, $4, $5)";

    @Override
    public String name() {
        return "stamping";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return new StampingHandler();
    }

    @Override
    public Future<?> handle(SqlConnection transaction, List<Event> events) {
        long now = System.currentTimeMillis();
        return transaction.preparedQuery(STAMP).executeBatch(events.stream().map(event -> Tuple.of(event.id(),
                event.requireEntity().type(), event.attempt(), now, event.origin().timestamp().toEpochMilli())).toList());
    }
}
