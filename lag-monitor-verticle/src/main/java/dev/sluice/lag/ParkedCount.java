package dev.sluice.lag;

import dev.sluice.time.LastAnswer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts what waits in {@code parked_events}. With PostgreSQL away, or silent for a second, it says what was true before:
 * nothing leaves then. For one context.
 */
final class ParkedCount {

    private static final String COUNT = """
            SELECT consumer_group, topic, partition, count(*) FROM parked_events GROUP BY 1, 2, 3""";

    record Of(String group, String topic, int partition) {
    }

    private static final long PATIENCE_MILLIS = 1_000;

    private final LastAnswer<Map<Of, Long>> counts;

    ParkedCount(Vertx vertx, Pool pool) {
        counts = new LastAnswer<>(vertx, PATIENCE_MILLIS, Map.of(), () -> pool.query(COUNT).execute().map(rows -> {
            Map<Of, Long> found = new HashMap<>();
            for (Row row : rows) {
                found.put(new Of(row.getString(0), row.getString(1), row.getInteger(2)), row.getLong(3));
            }
            return Map.copyOf(found);
        }));
    }

    Future<Map<Of, Long>> read() {
        return counts.ask();
    }
}
