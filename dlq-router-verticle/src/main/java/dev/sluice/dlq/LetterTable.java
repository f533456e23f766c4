package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import org.apache.kafka.common.TopicPartition;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code dead_letters}, its offsets and its audit trail. */
final class LetterTable {

    private static final String INSERT = """
            INSERT INTO dead_letters (id, topic, partition, record_offset, consumer_group, event_id, entity, event_type,
                error_type, error_message, original_topic, original_partition, original_offset, retry_count, failed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (id) DO NOTHING""";
    private static final String ADVANCE = """
            INSERT INTO dead_letter_offsets (topic, partition, next_offset) VALUES ($1, $2, $3)
            ON CONFLICT (topic, partition) DO UPDATE
            SET next_offset = greatest(dead_letter_offsets.next_offset, excluded.next_offset)""";
    private static final String REPLAYED =
            "UPDATE dead_letters SET state = 'replayed' WHERE id = ANY ($1::text[]) AND state = 'open'";
    private static final String DISCARDED = """
            WITH given_up AS (UPDATE dead_letters SET state = 'discarded' WHERE id = ANY ($1::text[]) AND state = 'open'
                RETURNING consumer_group, event_id)
            UPDATE processed_events SET outcome = 'discarded', processed_at = now() FROM given_up
            WHERE processed_events.consumer_group = given_up.consumer_group
                AND processed_events.event_id = given_up.event_id AND outcome = 'dead'""";
    private static final String AUDIT =
            "INSERT INTO dead_letter_actions (actor, action, reason, letters) VALUES ($1, $2, $3, $4)";

    private final Pool pool;

    LetterTable(Pool pool) {
        this.pool = pool;
    }

    Future<Map<TopicPartition, Long>> offsets() {
        return pool.query("SELECT topic, partition, next_offset FROM dead_letter_offsets").execute().map(rows -> {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            rows.forEach(row -> offsets.put(new TopicPartition(row.getString(0), row.getInteger(1)), row.getLong(2)));
            return offsets;
        });
    }

    Future<Void> store(List<LetterRow> letters, Map<TopicPartition, Long> next) {
        List<Tuple> rows = letters.stream().map(row -> Tuple.from(new Object[] {row.id(), row.topic(), row.partition(),
                row.offset(), row.group(), row.eventId(), row.entity(), row.eventType(), row.errorType(),
                row.errorMessage(), row.original().topic(), row.original().partition(), row.original().offset(),
                row.retryCount(), row.failedAt()})).toList();
        List<Tuple> offsets = next.entrySet().stream().map(each -> Tuple.of(each.getKey().topic(),
                each.getKey().partition(), each.getValue())).toList();
        return pool.withTransaction(transaction -> transaction.preparedQuery(INSERT).executeBatch(rows)
                .compose(stored -> transaction.preparedQuery(ADVANCE).executeBatch(offsets))).mapEmpty();
    }

    /** The oldest first, after {@code seq}. @throws java.time.DateTimeException when a time of the filter is none */
    Future<List<Letter>> list(Filter filter, long after, int limit) {
        Where where = Where.of(filter, after);
        return pool.preparedQuery("SELECT * FROM dead_letters" + where.sql() + " ORDER BY seq LIMIT " + limit)
                .execute(where.values()).map(rows -> {
                    List<Letter> letters = new ArrayList<>();
                    rows.forEach(row -> letters.add(letter(row)));
                    return letters;
                });
    }

    Future<Long> count(Filter filter) {
        Where where = Where.of(filter, 0);
        return pool.preparedQuery("SELECT count(*) FROM dead_letters" + where.sql()).execute(where.values())
                .map(rows -> rows.iterator().next().getLong(0));
    }

    Future<Void> replayed(List<String> ids, String actor, String reason) {
        return act(REPLAYED, "replay", ids, actor, reason);
    }

    /** Their events are given up in the inbox, too: a replay that is still under way finds nothing to turn. */
    Future<Void> discarded(List<String> ids, String actor, String reason) {
        return act(DISCARDED, "discard", ids, actor, reason);
    }

    private Future<Void> act(String sql, String action, List<String> ids, String actor, String reason) {
        return pool.withTransaction((SqlConnection transaction) -> transaction.preparedQuery(sql)
                .execute(Tuple.of((Object) ids.toArray(new String[0])))
                .compose(done -> transaction.preparedQuery(AUDIT).execute(Tuple.of(actor, action, reason, ids.size()))))
                .mapEmpty();
    }

    private static Letter letter(Row row) {
        return new Letter(row.getLong("seq"), row.getString("id"), row.getString("state"), row.getString("consumer_group"),
                row.getString("event_id"), row.getString("entity"), row.getString("event_type"),
                row.getString("error_type"), row.getString("error_message"), row.getString("original_topic"),
                row.getInteger("original_partition"), row.getLong("original_offset"), row.getInteger("retry_count"),
                MovedHeaders.rfc3339(row.getOffsetDateTime("failed_at").toInstant().toEpochMilli()));
    }

    /** A filter in SQL: constants of this class and numbered values, nothing of what was asked. */
    private record Where(String sql, Tuple values) {

        static Where of(Filter filter, long after) {
            StringBuilder sql = new StringBuilder(" WHERE seq > $1");
            Tuple values = Tuple.of(after);
            if (filter.ids() != null) {
                values.addValue(filter.ids().toArray(new String[0]));
                sql.append(" AND id = ANY ($").append(values.size()).append("::text[])");
            }
            and(sql, values, "original_topic =", filter.topic());
            and(sql, values, "event_type =", filter.eventType());
            and(sql, values, "error_type =", filter.errorType());
            and(sql, values, "entity =", filter.entity());
            and(sql, values, "consumer_group =", filter.group());
            and(sql, values, "state =", filter.state());
            and(sql, values, "failed_at >=", filter.from() == null ? null : OffsetDateTime.parse(filter.from()));
            and(sql, values, "failed_at <", filter.to() == null ? null : OffsetDateTime.parse(filter.to()));
            and(sql, values, "0 < strpos(lower(error_message),", filter.text() == null ? null : filter.text().toLowerCase(Locale.ROOT));
            if (filter.text() != null) {
                sql.append(')');
            }
            return new Where(sql.toString(), values);
        }

        private static void and(StringBuilder sql, Tuple values, String comparison, Object value) {
            if (value != null) {
                values.addValue(value);
                sql.append(" AND ").append(comparison).append(" $").append(values.size());
            }
        }
    }
}
