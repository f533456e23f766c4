package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;

/**
 * {@code dead_sequences}: the places that a strict group's dead letters left empty in the order of their entities. A
 * letter can be given up after any time, and the next event of its entity can come after any time, so no row is out of
 * date by its age. It is when its entity has passed it: {@link Strict} and {@link GapRows} ask for sequences above
 * {@code entity_sequences.last} only, and that never goes back. Nor does anything bring such a place back: a replay or
 * redelivery of its event is SUPERSEDED or a repeat, a discard changes the letter and its identity, and a letter that is
 * written again writes the row again. Who sees a row gone sees the commit that passed it, which was earlier. What stays is one
 * row for each letter that an entity stands before.
 */
final class DeadSequences {

    private static final String DIED = """
            INSERT INTO dead_sequences (consumer_group, entity, sequence, event_id) VALUES ($1, $2, $3, $4)
            ON CONFLICT (consumer_group, entity, sequence) DO UPDATE SET event_id = excluded.event_id""";
    /** What another purge has is skipped. */
    private static final String PURGE = """
            DELETE FROM dead_sequences WHERE (consumer_group, entity, sequence) IN (
                SELECT dead.consumer_group, dead.entity, dead.sequence FROM dead_sequences AS dead
                JOIN entity_sequences AS moved ON moved.consumer_group = dead.consumer_group AND moved.entity = dead.entity
                WHERE dead.consumer_group = $1 AND dead.sequence <= moved.last
                LIMIT $2 FOR UPDATE OF dead SKIP LOCKED)""";

    private final String group;

    DeadSequences(String group) {
        this.group = group;
    }

    /** A dead letter's place in its entity's sequence. */
    Future<Void> died(SqlClient client, Work work) {
        return client.preparedQuery(DIED).execute(Tuple.of(group, work.event().requireEntity().text(),
                work.event().requireSequence(), work.eventId())).mapEmpty();
    }

    /** Forgets those that their entities have passed. @param most in one statement @return how many */
    Future<Integer> purge(SqlClient client, int most) {
        return client.preparedQuery(PURGE).execute(Tuple.of(group, most)).map(SqlResult::rowCount);
    }
}
