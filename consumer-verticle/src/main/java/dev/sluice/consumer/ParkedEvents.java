package dev.sluice.consumer;

import dev.sluice.event.HeaderBytes;
import dev.sluice.event.Decoded;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.RawRecord;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code parked_events} of one group: the events whose offsets are settled and whose effect is not. A row is deleted in
 * the transaction of its effect, so that whoever deletes it has had the effect, and nobody else.
 */
final class ParkedEvents {

    private static final EventDecoder DECODER = new EventDecoder();
    /** Of each lane as much as runs together: so many events, and so many bytes but for the first. */
    static final int EVENTS_AT_ONCE = 16;
    static final int BYTES_AT_ONCE = 256 * 1024;

    static final String PLACE = "consumer_group = $1 AND topic = $2 AND topic_id = $3 AND partition = $4";
    private static final String LANES = """
            SELECT lane, count(*), (array_agg(due_at ORDER BY record_offset))[1] FROM parked_events
            WHERE %s AND record_offset < $5 AND reason <> 'gap' GROUP BY lane""".formatted(PLACE);
    private static final String HEADS = """
            SELECT head.* FROM unnest($5::bytea[]) AS asked (lane) CROSS JOIN LATERAL (
                SELECT *, sum(coalesce(length(value), 0)) OVER place - coalesce(length(value), 0) AS before,
                    row_number() OVER place > 1 AND first_value(reason) OVER place <> 'behind' AS waits_for_first
                FROM (SELECT * FROM parked_events WHERE %s AND lane = asked.lane AND reason <> 'gap'
                      ORDER BY record_offset LIMIT %d) AS first
                WINDOW place AS (ORDER BY record_offset)
            ) AS head WHERE head.before < %d AND NOT head.waits_for_first ORDER BY head.record_offset"""
            .formatted(PLACE, EVENTS_AT_ONCE, BYTES_AT_ONCE);
    private static final String PARK = """
            INSERT INTO parked_events (consumer_group, topic, topic_id, partition, record_offset, event_id, lane, attempts,
                due_at, reason, last_error, record_time, key, value, headers)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (consumer_group, topic, topic_id, partition, record_offset) DO UPDATE
            SET attempts = greatest(parked_events.attempts, excluded.attempts), due_at = excluded.due_at,
                reason = excluded.reason, last_error = coalesce(excluded.last_error, parked_events.last_error)""";
    private static final String POSTPONE = """
            UPDATE parked_events SET attempts = $6, due_at = $7, reason = 'retry', last_error = $8
            WHERE %s AND record_offset = $5""".formatted(PLACE);
    private static final String LOCK = """
            SELECT record_offset FROM parked_events WHERE %s AND record_offset = ANY ($5::bigint[])
            ORDER BY record_offset FOR UPDATE""".formatted(PLACE);
    private static final String REMOVE = "DELETE FROM parked_events WHERE %s AND record_offset = ANY ($5::bigint[])"
            .formatted(PLACE);
    private static final String REMOVE_AND_BLOCK_NEXT = """
            WITH gone AS (DELETE FROM parked_events WHERE %1$s AND record_offset = $5)
            UPDATE parked_events SET reason = 'blocked', due_at = now() WHERE %1$s AND record_offset = (
                SELECT min(record_offset) FROM parked_events WHERE %1$s AND lane = $6 AND record_offset > $5
                    AND reason <> 'gap')"""
            .formatted(PLACE);

    /** What waits in one lane. @param dueMillis of its first event, since the epoch */
    record Waiting(ByteBuffer lane, int events, long dueMillis) {
    }

    /** A failed event, which waits for its next attempt. @param attempts retries made, that one included */
    record Again(Work work, ByteBuffer lane, int attempts, long dueMillis, String error) {
    }

    /** A dead event of a lane. */
    record Dead(Work work, ByteBuffer lane) {
    }

    /** One row. @param blocked the one before it is dead: it has one attempt */
    record Head(ByteBuffer lane, RawRecord record, int attempts, boolean blocked, long dueMillis) {
    }

    private final String group;

    ParkedEvents(String group) {
        this.group = group;
    }

    /** The lanes that have rows below an offset. */
    Future<List<Waiting>> lanes(SqlClient client, AssignedPartition partition, long below) {
        return client.preparedQuery(LANES).execute(place(partition).addLong(below)).map(rows -> {
            List<Waiting> lanes = new ArrayList<>();
            for (Row row : rows) {
                lanes.add(new Waiting(bytes(row.getBuffer(0)), row.getLong(1).intValue(),
                        row.getOffsetDateTime(2).toInstant().toEpochMilli()));
            }
            return lanes;
        });
    }

    /** The first rows of each of these lanes, in the order of offsets; the first alone where it has failed or may fail once. */
    Future<List<Head>> heads(SqlClient client, AssignedPartition partition, Collection<ByteBuffer> lanes) {
        Buffer[] asked = lanes.stream().map(lane -> Buffer.buffer(lane.array())).toArray(Buffer[]::new);
        return client.preparedQuery(HEADS).execute(place(partition).addValue(asked)).map(ParkedEvents::read);
    }

    /** Whole rows. */
    static List<Head> read(RowSet<Row> rows) {
        List<Head> heads = new ArrayList<>();
        for (Row row : rows) {
            RawRecord record = new RawRecord(row.getString("topic"), row.getInteger("partition"),
                    row.getLong("record_offset"), row.getLong("record_time"), array(row.getBuffer("key")),
                    array(row.getBuffer("value")), HeaderBytes.read(row.getBuffer("headers").getBytes()));
            heads.add(new Head(bytes(row.getBuffer("lane")), record, row.getInteger("attempts"),
                    row.getString("reason").equals("blocked"),
                    row.getOffsetDateTime("due_at").toInstant().toEpochMilli()));
        }
        return heads;
    }

    /** Behind an earlier event of their lanes. A row that is there already is the same event's. */
    Future<Void> parkBehind(SqlClient client, List<Work> works, List<ByteBuffer> lanes) {
        List<Tuple> rows = new ArrayList<>(works.size());
        for (int i = 0; i < works.size(); i++) {
            rows.add(row(works.get(i), lanes.get(i), 0, System.currentTimeMillis(), "behind", null));
        }
        return client.preparedQuery(PARK).executeBatch(rows).mapEmpty();
    }

    /** Each as the first of its lane, for another attempt. */
    Future<Void> parkFirst(SqlClient client, List<Again> firsts) {
        return client.preparedQuery(PARK).executeBatch(firsts.stream().map(first -> row(first.work(), first.lane(),
                first.attempts(), first.dueMillis(), "retry", first.error())).toList()).mapEmpty();
    }

    /** Parked events have failed again. @return of each; false: its row is gone, somebody has brought it to an outcome */
    Future<List<Boolean>> postpone(SqlClient client, List<Again> failed) {
        return client.preparedQuery(POSTPONE).executeBatch(failed.stream().map(each -> place(each.work().partition())
                .addLong(each.work().record().offset()).addInteger(each.attempts()).addOffsetDateTime(time(each.dueMillis()))
                .addString(storable(each.error()))).toList()).map(updated -> {
            List<Boolean> there = new ArrayList<>(failed.size());
            for (RowSet<Row> one = updated; one != null; one = one.next()) {
                there.add(one.rowCount() == 1);
            }
            return there;
        });
    }

    /** In the effect's transaction: the offsets of those that are still there, locked until its end. */
    Future<Set<Long>> lock(SqlClient transaction, Work any, Collection<Work> works) {
        return transaction.preparedQuery(LOCK).execute(offsets(any, works)).map(rows -> {
            Set<Long> there = new HashSet<>();
            rows.forEach(row -> there.add(row.getLong(0)));
            return there;
        });
    }

    /** In the effect's transaction: they have their outcome. */
    Future<RowSet<Row>> remove(SqlClient transaction, Work any, Collection<Work> works) {
        return transaction.preparedQuery(REMOVE).execute(offsets(any, works));
    }

    /** They are dead, parked before or not: the next of each lane has one attempt. */
    Future<Void> removeAndBlockNext(SqlClient client, List<Dead> dead) {
        return client.preparedQuery(REMOVE_AND_BLOCK_NEXT).executeBatch(dead.stream().map(each ->
                place(each.work().partition()).addLong(each.work().record().offset())
                        .addBuffer(Buffer.buffer(each.lane().array()))).toList()).mapEmpty();
    }

    Tuple row(Work work, ByteBuffer lane, int attempts, long dueMillis, String reason, String error) {
        RawRecord record = work.record();
        return place(work.partition()).addLong(record.offset()).addString(storable(work.eventId()))
                .addBuffer(Buffer.buffer(lane.array())).addInteger(attempts).addOffsetDateTime(time(dueMillis))
                .addString(reason).addString(storable(error)).addLong(record.timestamp())
                .addBuffer(buffer(record.key())).addBuffer(buffer(record.value()))
                .addBuffer(Buffer.buffer(HeaderBytes.write(record.headers())));
    }

    private Tuple offsets(Work any, Collection<Work> works) {
        return place(any.partition()).addArrayOfLong(works.stream().map(work -> work.record().offset()).toArray(Long[]::new));
    }

    Tuple place(AssignedPartition partition) {
        return Tuple.tuple().addString(group).addString(partition.topicPartition().topic())
                .addString(partition.topicId()).addInteger(partition.topicPartition().partition());
    }

    /** For people to read: PostgreSQL's texts hold no NUL. */
    private static String storable(String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    private static OffsetDateTime time(long millis) {
        return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    }

    private static ByteBuffer bytes(Buffer buffer) {
        return ByteBuffer.wrap(buffer.getBytes());
    }

    private static byte[] array(Buffer buffer) {
        return buffer == null ? null : buffer.getBytes();
    }

    private static Buffer buffer(byte[] bytes) {
        return bytes == null ? null : Buffer.buffer(bytes);
    }

    /** A row as a work again, its event on its next attempt. */
    static Work workOf(Head head, AssignedPartition partition, Work.Reason reason) {
        Decoded decoded = DECODER.decode(head.record(), partition.topicId());
        return new Work(partition, head.record(), decoded instanceof Decoded.Readable readable
                ? new Decoded.Readable(readable.event().onAttempt(head.attempts() + 1)) : decoded, System.nanoTime(),
                new Work.Parked(head.attempts(), head.blocked(), reason));
    }
}
