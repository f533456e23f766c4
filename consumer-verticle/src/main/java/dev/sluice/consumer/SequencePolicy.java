package dev.sluice.consumer;

import dev.sluice.event.Outcome;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Decides, inside the effect's transaction, which events are out of date, and which come too early. */
interface SequencePolicy {

    /** Every event is current. */
    SequencePolicy NONE = (connection, works, outcomes) -> Future.succeededFuture(works);

    /**
     * @param works    in the order of the batch
     * @param outcomes gets SUPERSEDED or PARKED for those that are left out
     * @return those that the handler is to apply, in the same order
     */
    Future<List<Work>> current(SqlConnection connection, List<Work> works, Map<Work, Outcome> outcomes);

    /** @param room how many more events of a partition may wait for missing ones */
    static SequencePolicy of(SequenceMode mode, String group, Ordering ordering, GapSettings gaps,
                             ToLongFunction<AssignedPartition> room) {
        return switch (mode) {
            case NONE -> NONE;
            case LATEST_WINS -> new LatestWins(group);
            case STRICT -> new Strict(group, new GapRows(group, ordering), gaps, room);
        };
    }
}
