package dev.sluice.engine.alerts;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code alert_silences}: one for all nodes, and through restarts. */
final class SilenceTable {

    private static final String ADD = """
            INSERT INTO alert_silences (alert, labels, until, actor, reason) VALUES ($1, $2, $3, $4, $5) RETURNING id""";
    private static final String LIVE = """
            SELECT id, alert, labels, until, actor, reason FROM alert_silences WHERE until > now() ORDER BY id""";
    private static final String END = "UPDATE alert_silences SET until = now() WHERE id = $1 AND until > now()";

    private final Pool pool;

    SilenceTable(Pool pool) {
        this.pool = pool;
    }

    Future<Long> add(String alert, Map<String, String> labels, long untilMillis, String actor, String reason) {
        JsonObject json = new JsonObject();
        labels.forEach(json::put);
        return pool.preparedQuery(ADD).execute(Tuple.of(alert, json,
                        OffsetDateTime.ofInstant(Instant.ofEpochMilli(untilMillis), ZoneOffset.UTC), actor, reason))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    Future<List<Silence>> live() {
        return pool.query(LIVE).execute().map(rows -> {
            List<Silence> silences = new ArrayList<>();
            for (Row row : rows) {
                Map<String, String> labels = new TreeMap<>();
                row.getJsonObject(2).forEach(label -> labels.put(label.getKey(), String.valueOf(label.getValue())));
                silences.add(new Silence(row.getLong(0), row.getString(1), labels,
                        row.getOffsetDateTime(3).toInstant().toEpochMilli(), row.getString(4), row.getString(5)));
            }
            return silences;
        });
    }

    /** @return whether there was one to end */
    Future<Boolean> end(long id) {
        return pool.preparedQuery(END).execute(Tuple.of(id)).map(rows -> rows.rowCount() == 1);
    }
}
