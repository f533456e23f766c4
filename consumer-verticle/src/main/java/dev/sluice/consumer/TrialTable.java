package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code trials} of one group: what was being run where a process died. */
final class TrialTable {

    private static final String PLACE = "consumer_group = $1 AND topic = $2 AND topic_id = $3 AND partition = $4";
    /** Those that are settled and not parked have ended: only striking them out did not come to pass. */
    private static final String FORGET = """
            DELETE FROM trials WHERE %s AND record_offset < $5 AND NOT EXISTS (
                SELECT FROM parked_events AS parked WHERE parked.consumer_group = $1 AND parked.topic = $2
                AND parked.topic_id = $3 AND parked.partition = $4 AND parked.record_offset = trials.record_offset)"""
            .formatted(PLACE);
    private static final String FIND = "SELECT record_offset, runs_alone FROM trials WHERE " + PLACE;
    private static final String BEGIN = """
            INSERT INTO trials (consumer_group, topic, topic_id, partition, record_offset, event_id, runs_alone)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (consumer_group, topic, topic_id, partition, record_offset)
            DO UPDATE SET runs_alone = greatest(trials.runs_alone, excluded.runs_alone), started_at = now()
            RETURNING runs_alone""";
    private static final String END = "DELETE FROM trials WHERE " + PLACE + " AND record_offset = ANY ($5::bigint[])";

    private final SqlClient postgres;
    private final String group;

    TrialTable(SqlClient postgres, String group) {
        this.postgres = postgres;
        this.group = group;
    }

    /** @return by offset, how often an event was run alone and did not end */
    Future<Map<Long, Integer>> find(AssignedPartition partition, long position) {
        return postgres.preparedQuery(FORGET).execute(place(partition).addLong(position))
                .compose(gone -> postgres.preparedQuery(FIND).execute(place(partition))).map(rows -> {
            Map<Long, Integer> suspects = new HashMap<>();
            rows.forEach(row -> suspects.put(row.getLong(0), row.getInteger(1)));
            return suspects;
        });
    }

    /** Safe to repeat when the answer is lost. @param runs alone, this one included. @return the same, or more if more are known */
    Future<Integer> beginAlone(Work work, int runs) {
        return postgres.preparedQuery(BEGIN).execute(row(work, runs)).map(rows -> rows.iterator().next().getInteger(0));
    }

    Future<Void> begin(List<Work> works) {
        return postgres.preparedQuery(BEGIN).executeBatch(works.stream().map(work -> row(work, 0)).toList()).mapEmpty();
    }

    Future<Void> end(AssignedPartition partition, List<Work> works) {
        return postgres.preparedQuery(END).execute(place(partition)
                .addArrayOfLong(works.stream().map(work -> work.record().offset()).toArray(Long[]::new))).mapEmpty();
    }

    private Tuple row(Work work, int alone) {
        return place(work.partition()).addLong(work.record().offset()).addString(work.eventId().replace('\0', '\uFFFD'))
                .addInteger(alone);
    }

    private Tuple place(AssignedPartition partition) {
        return Tuple.of(group, partition.topicPartition().topic(), partition.topicId(), partition.topicPartition().partition());
    }
}
