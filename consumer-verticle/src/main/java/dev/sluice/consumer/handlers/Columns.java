package dev.sluice.consumer.handlers;

import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.Function;

/** Events as columns: one array per column makes one statement of a batch. */
final class Columns {

    private Columns() {
    }

    static String[] texts(Collection<Event> events, Function<Event, String> column) {
        return events.stream().map(column).toArray(String[]::new);
    }

    static Long[] longs(Collection<Event> events, Function<Event, Long> column) {
        return events.stream().map(column).toArray(Long[]::new);
    }

    /** The data as JSON text, null when there is none. @throws PermanentFailure when it is something else */
    static String json(Event event) {
        if (event.data().length == 0) {
            return null;
        }
        requireJson(event);
        return new String(event.data(), StandardCharsets.UTF_8);
    }

    /** @throws PermanentFailure when the data is something else */
    static void requireJson(Event event) {
        if (event.data().length > 0 && !event.contentType().contains("json")) {
            throw new PermanentFailure(event, "data is " + event.contentType() + "; this handler needs JSON");
        }
    }
}
