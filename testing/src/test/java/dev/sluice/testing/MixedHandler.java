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

import java.util.function.Supplier;

/**
 * Until the table {@code mended} has a row, {@code refused} events fail for good, {@code hopeless} ones transiently, and
 * {@code deadly} ones end the process (where the settings say so). {@code flaky} ones fail twice, always.
 */
public final class MixedHandler implements HandlerProvider, EventHandler {

    private String table;
    private boolean mortal;

    @Override
    public String name() {
        return "mixed";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    /** @param settings {@code table} of the effects, {@code mortal}: whether deadly events are */
    @Override
    public Handler create(JsonObject settings) {
        MixedHandler handler = new MixedHandler();
        handler.table = settings.getString("table");
        handler.mortal = settings.getBoolean("mortal");
        return handler;
    }

    @Override
    public Future<?> handle(SqlConnection transaction, Event event) {
        return switch (event.type()) {
            case "flaky" -> event.attempt() <= 2 ? Future.failedFuture(new TransientFailure("not yet"))
                    : append(transaction, event);
            case "refused" -> onceMended(transaction, event, () -> Future.failedFuture(new PermanentFailure("no such account")));
            case "hopeless" -> onceMended(transaction, event, () -> Future.failedFuture(new TransientFailure("no answer")));
            case "deadly" -> onceMended(transaction, event, () -> {
                if (mortal) {
                    Runtime.getRuntime().halt(3);
                }
                return append(transaction, event);
            });
            default -> append(transaction, event);
        };
    }

    private Future<?> onceMended(SqlConnection transaction, Event event, Supplier<Future<?>> before) {
        return transaction.query("SELECT FROM mended").execute()
                .compose(rows -> (rows.size() == 0 ? before.get() : append(transaction, event)).mapEmpty());
    }

    private Future<?> append(SqlConnection transaction, Event event) {
        return transaction.preparedQuery("INSERT INTO " + table + " (event_id, entity, sequence, type) VALUES ($1, $2, $3, $4)")
                .execute(Tuple.of(event.id(), event.requireEntity().text(), event.requireSequence(), event.type()));
    }
}
