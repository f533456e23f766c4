package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Rows of {@code parked_events} that wait for a missing event of their entity. They are written in the transaction that
 * found the gap, and deleted in that of their effect; in between PostgreSQL alone knows what may run.
 */
final class GapRows {

    private static final int ENTITIES_AT_ONCE = 16;
    private static final String GAPS = "parked_events WHERE " + ParkedEvents.PLACE + " AND reason = 'gap'";
    /** What an operator has given up leaves no gap. */
    private static final String GIVEN_UP = """
            dead_sequences AS dead JOIN processed_events AS known
                ON known.consumer_group = dead.consumer_group AND known.event_id = dead.event_id
            WHERE dead.consumer_group = $1 AND known.outcome = 'discarded'""";
    private static final String PARK = """
            INSERT INTO parked_events (consumer_group, topic, topic_id, partition, record_offset, event_id, lane, attempts,
                due_at, reason, last_error, record_time, key, value, headers, entity, sequence)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            ON CONFLICT (consumer_group, topic, topic_id, partition, record_offset) DO UPDATE
            SET parked_at = CASE WHEN parked_events.reason = 'gap' THEN parked_events.parked_at ELSE now() END,
                reason = 'gap', entity = excluded.entity, sequence = excluded.sequence""";
    private static final String READY = """
            SELECT head.* FROM (
                SELECT gap.entity FROM (SELECT entity, min(sequence) AS first FROM %1$s GROUP BY entity) AS gap
                JOIN entity_sequences AS moved ON moved.consumer_group = $1 AND moved.entity = gap.entity
                WHERE gap.first <= moved.last + 1 + (SELECT count(*) FROM %2$s
                    AND dead.entity = gap.entity AND dead.sequence > moved.last AND dead.sequence < gap.first)
                LIMIT %3$d
            ) AS ready CROSS JOIN LATERAL (
                SELECT *, sum(coalesce(length(value), 0)) OVER (ORDER BY sequence, record_offset)
                    - coalesce(length(value), 0) AS before
                FROM (SELECT * FROM %1$s AND entity = ready.entity ORDER BY sequence, record_offset LIMIT %4$d) AS first
            ) AS head WHERE head.before < %5$d ORDER BY head.entity, head.sequence, head.record_offset"""
            .formatted(GAPS, GIVEN_UP, ENTITIES_AT_ONCE, ParkedEvents.EVENTS_AT_ONCE, ParkedEvents.BYTES_AT_ONCE);
    private static final String OVERDUE = """
            SELECT * FROM %s AND parked_at < now() - $5 * interval '1 millisecond'
            ORDER BY entity, sequence, record_offset LIMIT %d""".formatted(GAPS, ParkedEvents.EVENTS_AT_ONCE);
    private static final String COUNT = """
            SELECT count(*), count(*) FILTER (WHERE parked_at < now() - $5 * interval '1 millisecond') FROM %s"""
            .formatted(GAPS);

    /** @param overdue for longer than the deadline */
    record Count(long events, long overdue) {
    }

    private final String group;
    private final ParkedEvents rows;
    private final LaneKeys lanes;

    GapRows(String group, Ordering ordering) {
        this.group = group;
        this.lanes = new LaneKeys(ordering);
        this.rows = new ParkedEvents(group);
    }

    /** In the effect's transaction: they wait. One that is parked already, for another reason, waits for this one now. */
    Future<Void> park(SqlClient transaction, Collection<Work> works) {
        List<Tuple> all = works.stream().map(work -> rows.row(work, laneOf(work), attempts(work),
                        System.currentTimeMillis(), "gap", null)
                .addString(work.event().requireEntity().text()).addLong(work.event().requireSequence())).toList();
        return transaction.preparedQuery(PARK).executeBatch(all).mapEmpty();
    }

    /** For the day when it fails. */
    private ByteBuffer laneOf(Work work) {
        ByteBuffer lane = lanes.laneOf(work);
        return lane == null ? ByteBuffer.allocate(0) : lane;
    }

    private static int attempts(Work work) {
        return work.isParked() ? work.parked().attempts() : 0;
    }

    /** Those whose turn has come, and what is parked right behind them: each entity's in the order of sequences. */
    Future<List<ParkedEvents.Head>> ready(SqlClient client, AssignedPartition partition) {
        return client.preparedQuery(READY).execute(rows.place(partition)).map(ParkedEvents::read);
    }

    Future<List<ParkedEvents.Head>> overdue(SqlClient client, AssignedPartition partition, Duration deadline) {
        return client.preparedQuery(OVERDUE).execute(rows.place(partition).addLong(deadline.toMillis()))
                .map(ParkedEvents::read);
    }

    Future<Count> count(SqlClient client, AssignedPartition partition, Duration deadline) {
        return client.preparedQuery(COUNT).execute(rows.place(partition).addLong(deadline.toMillis())).map(found -> {
            Row row = found.iterator().next();
            return new Count(row.getLong(0), row.getLong(1));
        });
    }

    Future<Void> remove(SqlClient client, Work work) {
        return rows.remove(client, work, List.of(work)).mapEmpty();
    }
}
