package dev.sluice.lag;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;

import java.util.HashMap;
import java.util.Map;

/** Counts what waits in {@code parked_events}. With PostgreSQL away it says what was true before: nothing leaves then. */
final class ParkedCount {

    private static final String COUNT = """
            SELECT consumer_group, topic, partition, count(*) FROM parked_events GROUP BY 1, 2, 3""";

    record Of(String group, String topic, int partition) {
    }

    private final Pool pool;
    private Map<Of, Long> last = Map.of();

    ParkedCount(Pool pool) {
        this.pool = pool;
    }

    Future<Map<Of, Long>> read() {
        return pool.query(COUNT).execute().map(rows -> {
            Map<Of, Long> counts = new HashMap<>();
            for (Row row : rows) {
                counts.put(new Of(row.getString(0), row.getString(1), row.getInteger(2)), row.getLong(3));
            }
            last = Map.copyOf(counts);
            return last;
        }).otherwise(away -> last);
    }
}
