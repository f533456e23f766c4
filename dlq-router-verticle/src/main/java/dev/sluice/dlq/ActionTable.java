package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Act;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;

import java.util.List;

/**
 * {@code dead_letter_actions}: who did what to which letters, and why; one row a portion. A replay's row is there before
 * its first letter is sent and counts what Kafka has acknowledged, in the transaction that marks the letters.
 */
final class ActionTable {

    private static final String BEGIN = """
            INSERT INTO dead_letter_actions (actor, action, reason, letters, letter_ids, outcome)
            VALUES ($1, $2, $3, 0, $4, 'begun') RETURNING id""";
    private static final String REPLAYED = """
            WITH sent AS (UPDATE dead_letters SET state = 'replayed' WHERE id = ANY ($2::text[]) AND state = 'open')
            UPDATE dead_letter_actions SET letters = letters + cardinality($2::text[]) WHERE id = $1""";
    private static final String END = "UPDATE dead_letter_actions SET outcome = $2, ended_at = now() WHERE id = $1";
    private static final String EXPORTED = """
            INSERT INTO dead_letter_actions (actor, action, reason, letters, letter_ids, ended_at)
            VALUES ($1, 'export', $2, cardinality($3::text[]), $3, now())""";
    /** Their events are given up in the inbox, too: a replay that is still under way finds nothing to turn. */
    private static final String DISCARDED = """
            WITH given_up AS (UPDATE dead_letters SET state = 'discarded' WHERE id = ANY ($1::text[]) AND state = 'open'
                RETURNING id, consumer_group, event_id),
            settled AS (UPDATE processed_events SET outcome = 'discarded', processed_at = now() FROM given_up
                WHERE processed_events.consumer_group = given_up.consumer_group
                    AND processed_events.event_id = given_up.event_id AND outcome = 'dead')
            INSERT INTO dead_letter_actions (actor, action, reason, letters, letter_ids, ended_at)
            SELECT $2, 'discard', $3, count(*), coalesce(array_agg(id), '{}'), now() FROM given_up RETURNING letters""";

    private final Pool pool;

    ActionTable(Pool pool) {
        this.pool = pool;
    }

    /** @return the action's id */
    Future<Long> begin(Act act, List<String> ids) {
        return pool.preparedQuery(BEGIN).execute(Tuple.of(act.actor(), act.action(), reasonOf(act.reason()), array(ids)))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Kafka has these. */
    Future<Void> replayed(long action, List<String> ids) {
        return ids.isEmpty() ? Future.succeededFuture()
                : pool.preparedQuery(REPLAYED).execute(Tuple.of(action, array(ids))).mapEmpty();
    }

    Future<Void> end(long action, boolean done) {
        return pool.preparedQuery(END).execute(Tuple.of(action, done ? "done" : "failed")).mapEmpty();
    }

    /** In one statement, so there is no discard without its row. @return how many were open */
    Future<Integer> discard(Act act, List<String> ids) {
        return pool.preparedQuery(DISCARDED).execute(Tuple.of(array(ids), act.actor(), act.reason()))
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /** Before they are handed out. */
    Future<Void> exported(String actor, String reason, List<String> ids) {
        return pool.preparedQuery(EXPORTED).execute(Tuple.of(actor, reasonOf(reason), array(ids))).mapEmpty();
    }

    private static String reasonOf(String reason) {
        return reason == null ? "" : reason;
    }

    private static Object array(List<String> ids) {
        return ids.toArray(new String[0]);
    }
}
