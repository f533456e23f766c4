package dev.sluice.store;

import dev.sluice.event.Outcome;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code processed_events}: which events have an outcome in which group. PostgreSQL decides here, once per identity;
 * Redis and memory only save work.
 */
public final class Inbox {

    private static final String INSERT = "SELECT insert_processed_events($1, $2)";
    /** Answers with the repeats, which are few, and not with what was new. */
    private static final String CLAIM = """
            WITH fresh AS (
                INSERT INTO processed_events (consumer_group, event_id, outcome)
                SELECT $1, id, 'applied' FROM unnest($2::text[]) AS id
                ON CONFLICT (consumer_group, event_id) DO NOTHING
                RETURNING event_id)
            SELECT id FROM unnest($2::text[]) AS id WHERE NOT EXISTS (SELECT FROM fresh WHERE fresh.event_id = id)""";
    private static final String MARK = """
            UPDATE processed_events SET outcome = $3, processed_at = now()
            WHERE consumer_group = $1 AND event_id = ANY ($2::text[])""";
    private static final String DIE = """
            UPDATE processed_events SET outcome = 'dead', processed_at = now(), error_type = $3, error_message = $4
            WHERE consumer_group = $1 AND event_id = ANY ($2::text[])""";
    private static final String GIVE_BACK = """
            DELETE FROM processed_events WHERE consumer_group = $1 AND event_id = ANY ($2::text[])""";
    private static final String BURY = """
            INSERT INTO processed_events (consumer_group, event_id, outcome, error_type, error_message)
            VALUES ($1, $2, 'dead', $3, $4) ON CONFLICT (consumer_group, event_id) DO NOTHING""";
    private static final String CAUSE = """
            SELECT error_type, error_message FROM processed_events
            WHERE consumer_group = $1 AND event_id = $2 AND outcome = 'dead' AND error_type IS NOT NULL""";
    private static final String FIND = """
            SELECT outcome FROM processed_events WHERE consumer_group = $1 AND event_id = $2""";
    private static final String FIND_ALL = """
            SELECT event_id, outcome FROM processed_events WHERE consumer_group = $1 AND event_id = ANY ($2::text[])""";
    private static final String REVIVE = """
            UPDATE processed_events SET outcome = 'applied', processed_at = now()
            WHERE consumer_group = $1 AND outcome = 'dead' AND event_id IN (
                SELECT event_id FROM processed_events
                WHERE consumer_group = $1 AND event_id = ANY ($2::text[]) ORDER BY event_id FOR UPDATE)
            RETURNING event_id""";

    /**
     * By its age on PostgreSQL's clock, which wrote it: a node whose own clock is ahead forgets nothing early. A row that
     * another purge has is skipped. A dead one stays, and one that was given up, by which strict sequences close a gap.
     */
    private static final String PURGE = """
            DELETE FROM processed_events WHERE (consumer_group, event_id) IN (
                SELECT consumer_group, event_id FROM processed_events
                WHERE processed_at < now() - make_interval(secs => $2) AND consumer_group = $1
                    AND outcome NOT IN ('dead', 'discarded')
                LIMIT $3 FOR UPDATE SKIP LOCKED)""";

    private final String group;
    private final OptimisticInsert inserts = new OptimisticInsert(INSERT);

    public Inbox(String group) {
        this.group = group;
    }

    /**
     * The first statement of each effect's transaction. Rows go in sorted, so that two batches never wait for each other
     * in a circle. Waits (up to {@code lock_timeout}) for a rival that has inserted one of them and not committed yet.
     *
     * @return the identities that are new, now APPLIED if the transaction commits; the others are duplicates
     */
    public Future<Set<String>> claim(SqlClient transaction, Collection<String> eventIds) {
        Set<String> fresh = new HashSet<>(eventIds);
        return repeats(transaction, fresh.toArray(new String[0])).map(repeats -> {
            fresh.removeAll(repeats);
            return fresh;
        });
    }

    /**
     * As {@link #claim}, with the other answer.
     *
     * @param eventIds different ones; sorted by this
     * @return those that were there already
     */
    public Future<Set<String>> repeats(SqlClient transaction, String[] eventIds) {
        TextOrder.sort(eventIds);
        return inserts.run(transaction, eventIds.length, Tuple.of(group, (Object) eventIds), new HashSet<>(),
                () -> claimed(transaction, eventIds));
    }

    private Future<Set<String>> claimed(SqlClient transaction, String[] eventIds) {
        return transaction.preparedQuery(CLAIM).execute(Tuple.of(group, (Object) eventIds)).map(rows -> {
            Set<String> repeats = new HashSet<>();
            for (Row row : rows) {
                repeats.add(row.getString(0));
            }
            return repeats;
        });
    }

    /**
     * For a replay, in place of {@link #claim}: turns dead identities into APPLIED ones if the transaction commits.
     *
     * @return those that were dead; with the others there is nothing to do any more
     */
    public Future<Set<String>> revive(SqlClient transaction, Collection<String> eventIds) {
        return transaction.preparedQuery(REVIVE).execute(Tuple.of(group, (Object) eventIds.toArray(new String[0]))).map(rows -> {
            Set<String> revived = new HashSet<>();
            rows.forEach(row -> revived.add(row.getString(0)));
            return revived;
        });
    }

    /** In the transaction that claimed them: they have no outcome yet after all. */
    public Future<Void> giveBack(SqlClient transaction, Collection<String> eventIds) {
        return eventIds.isEmpty() ? Future.succeededFuture() : transaction.preparedQuery(GIVE_BACK)
                .execute(Tuple.of(group, (Object) eventIds.toArray(new String[0]))).mapEmpty();
    }

    /** In the transaction that claimed them: says that their outcome is another than APPLIED. */
    public Future<Void> mark(SqlClient transaction, Collection<String> eventIds, Outcome outcome) {
        return transaction.preparedQuery(MARK)
                .execute(Tuple.of(group, eventIds.toArray(new String[0]), outcome.column())).mapEmpty();
    }

    /** In the transaction that claimed them: they are dead, and their letters, which are to be written now, say why. */
    public Future<Void> die(SqlClient transaction, Collection<String> eventIds, Cause cause) {
        return transaction.preparedQuery(DIE).execute(Tuple.of(group, eventIds.toArray(new String[0]),
                cause.errorType(), cause.errorMessage())).mapEmpty();
    }

    /**
     * Before a dead letter is written: takes the identity, so that no zombie can apply the event any more, and keeps why.
     *
     * @param cause what its letter says
     * @return DEAD when the letter is to be written (now, or again because it is not known to have been), any other
     *         outcome when there is one already and no letter is due
     */
    public Future<Outcome> bury(SqlClient client, String eventId, Cause cause) {
        return client.preparedQuery(BURY).execute(Tuple.of(group, eventId, cause.errorType(), cause.errorMessage().replace('\0', ' ')))
                .compose(inserted -> inserted.rowCount() == 1
                        ? Future.succeededFuture(Outcome.DEAD)
                        : find(client, eventId).map(found -> found.orElse(Outcome.DEAD)));
    }

    /** As {@link #bury}, of events of any groups, in one transaction. @return in their order */
    public static Future<List<Outcome>> buryAll(SqlClient client, List<Burial> dead) {
        return client.preparedQuery(BURY).executeBatch(dead.stream().map(each -> Tuple.of(each.group(), each.eventId(),
                each.cause().errorType(), each.cause().errorMessage().replace('\0', ' '))).toList()).compose(inserted -> {
            List<Future<Outcome>> outcomes = new ArrayList<>(dead.size());
            RowSet<Row> one = inserted;
            for (Burial each : dead) {
                outcomes.add(one.rowCount() == 1 ? Future.succeededFuture(Outcome.DEAD)
                        : new Inbox(each.group()).find(client, each.eventId()).map(found -> found.orElse(Outcome.DEAD)));
                one = one.next();
            }
            return Future.all(outcomes).map(all -> all.<Outcome>list());
        });
    }

    /** A dead event of a group. */
    public record Burial(String group, String eventId, Cause cause) {
    }

    /** Why an event is dead. @param errorType as in {@code x-error-type} */
    public record Cause(String errorType, String errorMessage) {
    }

    /** What {@link #bury} was told first; empty when the event is not dead, or nobody was told why. */
    public Future<Optional<Cause>> causeOf(SqlClient client, String eventId) {
        return client.preparedQuery(CAUSE).execute(Tuple.of(group, eventId)).map(rows -> {
            var row = rows.iterator();
            return row.hasNext() ? Optional.of(row.next()).map(one -> new Cause(one.getString(0), one.getString(1)))
                    : Optional.empty();
        });
    }

    /** Forgets what has had its outcome for longer than the horizon. @param most in one statement @return how many */
    public Future<Integer> purge(SqlClient client, Duration horizon, int most) {
        return client.preparedQuery(PURGE).execute(Tuple.of(group, horizon.toMillis() / 1e3, most)).map(SqlResult::rowCount);
    }

    /** Those that have an outcome. */
    public Future<Map<String, Outcome>> find(SqlClient client, Collection<String> eventIds) {
        return client.preparedQuery(FIND_ALL).execute(Tuple.of(group, (Object) eventIds.toArray(new String[0]))).map(rows -> {
            Map<String, Outcome> found = new HashMap<>();
            rows.forEach(row -> found.put(row.getString(0), Outcome.ofColumn(row.getString(1))));
            return found;
        });
    }

    public Future<Optional<Outcome>> find(SqlClient client, String eventId) {
        return client.preparedQuery(FIND).execute(Tuple.of(group, eventId)).map(rows -> {
            var row = rows.iterator();
            return row.hasNext() ? Optional.of(Outcome.ofColumn(row.next().getString(0))) : Optional.empty();
        });
    }
}
