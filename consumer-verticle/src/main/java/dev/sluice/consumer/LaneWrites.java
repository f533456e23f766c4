package dev.sluice.consumer;

import dev.sluice.store.Coalesced;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlClient;

import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes durable what becomes of failed events, those of many lanes together: while a kind of event fails as a whole, it is
 * hundreds a second. Each write is repeated until it has happened or its partition is another's. Event loop only.
 */
final class LaneWrites {

    private final Durably durably;
    private final SqlClient postgres;
    private final ParkedEvents rows;
    private final Coalesced<ParkedEvents.Again, Boolean> parking;
    private final Coalesced<ParkedEvents.Again, Boolean> postponing;
    private final Coalesced<ParkedEvents.Dead, Void> removing;

    LaneWrites(Vertx vertx, Durably durably, SqlClient postgres, ParkedEvents rows) {
        this.durably = durably;
        this.postgres = postgres;
        this.rows = rows;
        this.parking = new Coalesced<>(vertx, all ->
                owned(of(all, ParkedEvents.Again::work), () -> rows.parkFirst(postgres, all))
                .map(parked -> Collections.nCopies(all.size(), true)),
                one -> until(one.work(), () -> rows.parkFirst(postgres, List.of(one)).map(true)));
        this.postponing = new Coalesced<>(vertx, all ->
                owned(of(all, ParkedEvents.Again::work), () -> rows.postpone(postgres, all)),
                one -> until(one.work(), () -> rows.postpone(postgres, List.of(one)).map(updated -> updated.get(0))));
        this.removing = new Coalesced<>(vertx, all ->
                owned(of(all, ParkedEvents.Dead::work), () -> rows.removeAndBlockNext(postgres, all))
                .map(removed -> Collections.nCopies(all.size(), null)),
                one -> until(one.work(), () -> rows.removeAndBlockNext(postgres, List.of(one))));
    }

    /** @return false: somebody has brought it to an outcome meanwhile; fails when it is given up */
    Future<Boolean> tryAgain(ParkedEvents.Again failed) {
        return failed.work().partition().isClosed() ? givenUp()
                : failed.work().isParked() ? postponing.ask(failed) : parking.ask(failed);
    }

    /** The next of its lane is to have one attempt. @return fails when it is given up */
    Future<Void> bury(ParkedEvents.Dead dead) {
        return dead.work().partition().isClosed() ? givenUp() : removing.ask(dead);
    }

    /** It has an outcome that leaves those behind it as they are. @return fails when it is given up */
    Future<Void> remove(Work work) {
        return until(work, () -> rows.remove(postgres, work, List.of(work)).mapEmpty());
    }

    /** Where a partition has gone while its write waited, each is written alone: nothing is, for one that is another's. */
    private <T> Future<T> owned(List<Work> works, Supplier<Future<T>> write) {
        return works.stream().anyMatch(work -> work.partition().isClosed()) ? givenUp() : durably.once(write);
    }

    private static <W> List<Work> of(List<W> writes, Function<W, Work> work) {
        return writes.stream().map(work).toList();
    }

    private <T> Future<T> until(Work work, Supplier<Future<T>> write) {
        return durably.run(write, work.partition()::isClosed);
    }

    private static <T> Future<T> givenUp() {
        return Future.failedFuture("nobody needs it any more");
    }
}
