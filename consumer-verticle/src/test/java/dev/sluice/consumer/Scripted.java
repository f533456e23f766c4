package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A handler that does what a test has written for it: {@code settings: {script: NAME}}. */
public final class Scripted implements HandlerProvider {

    private static final Map<String, Handler> SCRIPTS = new ConcurrentHashMap<>();
    /** What most scripts do in the end: one row an event, so that a second effect is a second row. */
    static final EventHandler APPEND = (transaction, event) -> transaction
            .preparedQuery("INSERT INTO effects (event_id, entity, sequence) VALUES ($1, $2, $3)")
            .execute(Tuple.of(event.id(), event.requireEntity().text(), event.requireSequence()));

    /** The same in one statement for a batch. */
    static final BatchHandler APPEND_ALL = (transaction, events) -> transaction.preparedQuery("""
                    INSERT INTO effects (event_id, entity, sequence)
                    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])""")
            .execute(Tuple.of(events.stream().map(Event::id).toArray(String[]::new),
                    events.stream().map(event -> event.requireEntity().text()).toArray(String[]::new),
                    events.stream().map(Event::requireSequence).toArray(Long[]::new)));

    static void write(String name, Handler script) {
        SCRIPTS.put(name, script);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return SCRIPTS.get(settings.getString("script"));
    }
}
