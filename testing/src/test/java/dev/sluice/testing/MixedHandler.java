package dev.sluice.testing;

import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.api.PermanentFailure;
import dev.sluice.api.TransientFailure;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Refuses events of type {@code refused} until the table {@code mended} has a row, and {@code flaky} ones for five seconds. */
public final class MixedHandler implements HandlerProvider, EventHandler {

    /** Two attempts fall into it: the first and that after 2 s. The one after 4 s more doesn't. */
    private static final long FLAKY_MILLIS = 5_000;
    private final Map<String, Long> firstSeen = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return "mixed";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return new MixedHandler();
    }

    @Override
    public Future<?> handle(SqlConnection transaction, Event event) {
        return switch (event.type()) {
            case "flaky" -> System.currentTimeMillis() - firstSeen.computeIfAbsent(event.id(), id -> System.currentTimeMillis())
                    < FLAKY_MILLIS ? Future.failedFuture(new TransientFailure("not yet")) : append(transaction, event);
            case "refused" -> transaction.query("SELECT FROM mended").execute().compose(rows -> rows.size() == 0
                    ? Future.failedFuture(new PermanentFailure("no such account")) : append(transaction, event));
            default -> append(transaction, event);
        };
    }

    private static Future<?> append(SqlConnection transaction, Event event) {
        return transaction.preparedQuery("INSERT INTO mixed (event_id, entity, sequence, type) VALUES ($1, $2, $3, $4)")
                .execute(Tuple.of(event.id(), event.requireEntity().text(), event.requireSequence(), event.type()));
    }
}
