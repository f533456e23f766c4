package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Filter;
import dev.sluice.bus.DeadLetters.Letter;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code dead_letters} and its offsets. An event has one open letter, the newest: a second one takes its row. So a replay
 * that is about to mark the letter that it has sent leaves open what has become of that meanwhile.
 */
final class LetterTable {

    private static final String INSERT = """
            WITH moved AS (
                UPDATE dead_letters SET id = $1, topic = $2, partition = $3, record_offset = $4, error_type = $9,
                    error_message = $10, retry_count = $14, failed_at = $15, bytes = $16
                WHERE $6 <> '' AND NOT EXISTS (SELECT FROM dead_letters AS known WHERE known.id = $1)
                    AND state = 'open' AND failed_at < $15 AND id = (
                        SELECT newest.id FROM dead_letters AS newest WHERE newest.consumer_group = $5
                            AND newest.event_id = $6 AND newest.state = 'open' ORDER BY newest.seq DESC LIMIT 1)
                RETURNING id)
            INSERT INTO dead_letters (id, topic, partition, record_offset, consumer_group, event_id, entity, event_type,
                error_type, error_message, original_topic, original_partition, original_offset, retry_count, failed_at, bytes)
            SELECT $1::text, $2::text, $3::integer, $4::bigint, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text,
                $11::text, $12::integer, $13::bigint, $14::integer, $15::timestamptz, $16::integer
            WHERE NOT EXISTS (SELECT FROM moved) AND ($6 = '' OR NOT EXISTS (SELECT FROM dead_letters
                WHERE consumer_group = $5 AND event_id = $6 AND state = 'open' AND id <> $1 AND failed_at >= $15))
            ON CONFLICT (id) DO NOTHING""";
    private static final String ADVANCE = """
            INSERT INTO dead_letter_offsets (topic, partition, next_offset) VALUES ($1, $2, $3)
            ON CONFLICT (topic, partition) DO UPDATE
            SET next_offset = greatest(dead_letter_offsets.next_offset, excluded.next_offset)""";

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
                row.retryCount(), row.failedAt(), row.bytes()})).toList();
        List<Tuple> offsets = next.entrySet().stream().map(each -> Tuple.of(each.getKey().topic(),
                each.getKey().partition(), each.getValue())).toList();
        return pool.withTransaction(transaction -> transaction.preparedQuery(INSERT).executeBatch(rows)
                .compose(stored -> transaction.preparedQuery(ADVANCE).executeBatch(offsets))).mapEmpty();
    }

    Future<List<Letter>> list(Filter filter, long after, int limit) {
        return list(filter, after, 0, limit);
    }

    /**
     * The oldest first, of those whose {@code seq} is above {@code after}.
     *
     * @param until and not above this one; 0 for no bound
     * @throws java.time.DateTimeException when a time of the filter is none
     */
    Future<List<Letter>> list(Filter filter, long after, long until, int limit) {
        LetterQuery query = LetterQuery.of(filter, after, until);
        return pool.preparedQuery("SELECT * FROM dead_letters" + query.where() + " ORDER BY seq LIMIT " + limit)
                .execute(query.values()).map(rows -> {
                    List<Letter> letters = new ArrayList<>();
                    rows.forEach(row -> letters.add(letter(row)));
                    return letters;
                });
    }

    /** @param last the newest one's {@code seq}; 0 when there is none */
    record Meant(long letters, long last) {
    }

    Future<Meant> meant(Filter filter) {
        LetterQuery query = LetterQuery.of(filter, 0, 0);
        return pool.preparedQuery("SELECT count(*), coalesce(max(seq), 0) FROM dead_letters" + query.where())
                .execute(query.values()).map(rows -> rows.iterator().next())
                .map(row -> new Meant(row.getLong(0), row.getLong(1)));
    }

    private static Letter letter(Row row) {
        return new Letter(row.getLong("seq"), row.getString("id"), row.getString("state"), row.getString("consumer_group"),
                row.getString("event_id"), row.getString("entity"), row.getString("event_type"),
                row.getString("error_type"), row.getString("error_message"), row.getString("original_topic"),
                row.getInteger("original_partition"), row.getLong("original_offset"), row.getInteger("retry_count"),
                MovedHeaders.rfc3339(row.getOffsetDateTime("failed_at").toInstant().toEpochMilli()), row.getInteger("bytes"));
    }
}
