package dev.sluice.testing;

import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** Ends the process on events of type {@code deadly}; the others leave a row each in {@code survivors}. */
public final class DeadlyHandler implements HandlerProvider, EventHandler {

    private long millis;

    @Override
    public String name() {
        return "deadly";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    /** @param settings {@code millis} that each event takes */
    @Override
    public Handler create(JsonObject settings) {
        DeadlyHandler handler = new DeadlyHandler();
        handler.millis = settings.getLong("millis", 0L);
        return handler;
    }

    @Override
    public Future<?> handle(SqlConnection transaction, Event event) {
        if (event.type().equals("deadly")) {
            Runtime.getRuntime().halt(3);
        }
        Future<?> time = millis == 0 ? Future.succeededFuture() : Vertx.currentContext().owner().timer(millis);
        return time.compose(over -> transaction.preparedQuery("INSERT INTO survivors (event_id, entity, sequence) VALUES ($1, $2, $3)")
                .execute(Tuple.of(event.id(), event.requireEntity().text(), event.requireSequence())));
    }
}
