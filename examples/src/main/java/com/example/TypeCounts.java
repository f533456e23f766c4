package com.example;

import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** Counts events by type, in a table of one's own: CREATE TABLE type_counts (type text PRIMARY KEY, n bigint NOT NULL). */
public final class TypeCounts implements HandlerProvider, EventHandler {

    private static final String COUNT = """
            INSERT INTO type_counts (type, n) VALUES ($1, 1)
            ON CONFLICT (type) DO UPDATE SET n = type_counts.n + 1""";

    @Override
    public String name() {
        return "type-counts";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return new TypeCounts();
    }

    @Override
    public Future<?> handle(SqlConnection transaction, Event event) {
        return transaction.preparedQuery(COUNT).execute(Tuple.of(event.type()));
    }
}
