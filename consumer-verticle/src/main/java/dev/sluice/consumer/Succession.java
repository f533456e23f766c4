package dev.sluice.consumer;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.event.Outcome;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.Verdict;
import io.vertx.core.Future;

import java.util.List;
import java.util.Map;

/** What becomes of the events behind a failed one of their lane. Event loop only. */
interface Succession {

    /** Whether a work may run now. */
    enum Turn {
        RUN,
        /** An earlier event of its lane has to be first: it is parked. */
        PARK,
        /** It is parked already, and its turn has not come after all. */
        LET_GO,
        /** Its lane has no room left. */
        REFUSE,
        /** What is missing before it is waited for no longer. */
        EXPIRE
    }

    /** They overtake it: it goes to the retry topic. */
    Succession OVERTAKING = new Succession() {
    };

    default void start() {
    }

    default void stop() {
    }

    /** Before the first record of a partition is handed over. @return never fails; waits as long as PostgreSQL is away */
    default Future<Void> onAssigned(AssignedPartition partition, long position) {
        return Future.succeededFuture();
    }

    /** @return with PARK, it is to be handed to {@link #park} */
    default Turn turnOf(Work work) {
        return Turn.RUN;
    }

    /** Makes durable that they wait. @return those that can't be stored, and why; fails only when they are given up */
    default Future<Map<Work, ErrorInfo>> park(List<Work> works) {
        throw new IllegalStateException("nothing waits here");
    }

    /** A work has failed alone. @return what that means for those behind it */
    default RouteFailure.Order onFailed(Work work, Verdict verdict) {
        return RouteFailure.Order.RELAXED;
    }

    /**
     * Makes durable that it is tried again.
     *
     * @return whether it still has to be: another owner may have brought it to an outcome; fails only when it is given up
     */
    default Future<Boolean> keep(Work work, Routed.Park park, ErrorInfo error) {
        throw new IllegalStateException("nothing is kept here");
    }

    /** Whether works can wait untried. */
    default boolean setsAside() {
        return false;
    }

    /** @return whether this one can */
    default boolean maySetAside(Work work) {
        return false;
    }

    /** Makes durable that it is still to be tried, and that what comes behind it waits. @return as {@link #keep}; failed: it is to run */
    default Future<Boolean> setAside(Work work) {
        throw new IllegalStateException("nothing is set aside here");
    }

    /** The failed work has an outcome, written elsewhere. @param dead it will never have its effect */
    default Future<Void> onGone(Work work, boolean dead) {
        return Future.succeededFuture();
    }

    /** The work's outcome is committed, and with it, if it was parked, the end of its row, or another reason for it. */
    default void onCommitted(Work work, Outcome outcome) {
    }

    /** Nothing of the work runs any more. */
    default void onEnded(Work work) {
    }

    /** How many more events of the partition may wait for a missing one of their entity. Event loop. */
    default long roomInGaps(AssignedPartition partition) {
        return Long.MAX_VALUE;
    }

    /** Events that have waited too long for a missing one. Any thread. */
    default int overdue() {
        return 0;
    }

    /** Events that wait. Any thread. */
    default int parked() {
        return 0;
    }
}
