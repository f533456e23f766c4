package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import dev.sluice.store.Inbox;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * An event takes effect only right behind the one before it. What comes too early is parked in the same transaction, and
 * its identity is given back, or, where too many wait already, it is dead; what comes too late is SUPERSEDED. The first
 * event seen of an entity is its baseline, unless settings name one. The entity's row is locked until the commit, so that
 * no two owners can move it on.
 */
final class Strict implements SequencePolicy {

    /** What its letter says. */
    private static final Inbox.Cause NO_ROOM = new Inbox.Cause("BLOCKED_BY",
            "an earlier event of its entity has not come, and too many wait already (consumer.gaps.max-waiting)");
    private static final String LOCK = """
            INSERT INTO entity_sequences AS known (consumer_group, entity, last)
            SELECT $1, * FROM unnest($2::text[], $3::bigint[])
            ON CONFLICT (consumer_group, entity) DO UPDATE SET last = known.last
            RETURNING entity, last, (SELECT array_agg(dead.sequence) FROM dead_sequences AS dead
                JOIN processed_events AS given_up ON given_up.consumer_group = dead.consumer_group
                    AND given_up.event_id = dead.event_id AND given_up.outcome = 'discarded'
                WHERE dead.consumer_group = $1 AND dead.entity = known.entity AND dead.sequence > known.last)""";
    private static final String MOVE = """
            UPDATE entity_sequences SET last = moved.last FROM unnest($2::text[], $3::bigint[]) AS moved (entity, last)
            WHERE consumer_group = $1 AND entity_sequences.entity = moved.entity""";

    private final String group;
    private final Inbox inbox;
    private final GapRows gaps;
    private final GapSettings settings;
    private final ToLongFunction<AssignedPartition> room;

    /** @param room how many more events of a partition may wait; batches that run at once may each use all of it */
    Strict(String group, GapRows gaps, GapSettings settings, ToLongFunction<AssignedPartition> room) {
        this.group = group;
        this.inbox = new Inbox(group);
        this.gaps = gaps;
        this.settings = settings;
        this.room = room;
    }

    @Override
    public Future<List<Work>> current(SqlConnection connection, List<Work> works, Map<Work, Outcome> outcomes) {
        if (works.isEmpty()) {
            return Future.succeededFuture(works);
        }
        SortedMap<String, Long> before = new TreeMap<>();
        works.forEach(work -> before.putIfAbsent(entityOf(work), settings.firstSequence() != null
                ? settings.firstSequence() - 1 : work.event().requireSequence() - 1));
        return connection.preparedQuery(LOCK).execute(entities(before)).compose(rows -> {
            Map<String, EntityOrder> orders = ordersOf(rows);
            List<Work> current = new ArrayList<>(works.size());
            works.forEach(work -> orders.get(entityOf(work)).offer(work.event().requireSequence(), work, current));
            List<Work> early = new ArrayList<>();
            SortedMap<String, Long> moved = new TreeMap<>();
            orders.forEach((entity, order) -> {
                early.addAll(order.early());
                order.late().forEach(work -> outcomes.put(work, Outcome.SUPERSEDED));
                moved.put(entity, order.last());
            });
            return connection.preparedQuery(MOVE).execute(entities(moved))
                    .compose(done -> park(connection, early, outcomes)).map(current);
        });
    }

    private Future<Void> park(SqlConnection connection, List<Work> early, Map<Work, Outcome> outcomes) {
        if (early.isEmpty()) {
            return Future.succeededFuture();
        }
        Set<Work> waiting = whoMayWait(early);
        List<Work> refused = early.stream().filter(work -> !waiting.contains(work)).toList();
        waiting.forEach(work -> outcomes.put(work, Outcome.PARKED));
        refused.forEach(work -> outcomes.put(work, Outcome.DEAD));
        return inbox.giveBack(connection, ids(waiting, false))
                .compose(done -> inbox.mark(connection, ids(waiting, true), Outcome.DEAD))
                .compose(done -> refused.isEmpty() ? Future.succeededFuture()
                        : inbox.die(connection, refused.stream().map(Work::eventId).toList(), NO_ROOM))
                .compose(done -> waiting.isEmpty() ? Future.succeededFuture() : gaps.park(connection, waiting));
    }

    private Set<Work> whoMayWait(List<Work> early) {
        Map<AssignedPartition, Long> left = new HashMap<>();
        Set<Work> waiting = new LinkedHashSet<>();
        for (Work work : early) {
            if (work.isParked()) {
                waiting.add(work);
                continue;
            }
            long rest = left.computeIfAbsent(work.partition(), room::applyAsLong);
            if (rest > 0) {
                waiting.add(work);
                left.put(work.partition(), rest - 1);
            }
        }
        return waiting;
    }

    /** A replay has turned a dead identity: it goes back to that. */
    private static List<String> ids(Collection<Work> works, boolean replays) {
        return works.stream().filter(work -> work.isReplay() == replays).map(Work::eventId).toList();
    }

    private static String entityOf(Work work) {
        return work.event().requireEntity().text();
    }

    private Tuple entities(SortedMap<String, Long> sequences) {
        return Tuple.of(group, sequences.keySet().toArray(new String[0]), sequences.values().toArray(new Long[0]));
    }

    private static Map<String, EntityOrder> ordersOf(RowSet<Row> rows) {
        Map<String, EntityOrder> orders = new LinkedHashMap<>();
        for (Row row : rows) {
            Long[] givenUp = row.getArrayOfLongs(2);
            orders.put(row.getString(0), new EntityOrder(row.getLong(1),
                    givenUp == null ? List.of() : List.of(givenUp)));
        }
        return orders;
    }
}
