package dev.sluice.consumer;

import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Runs what is set apart, one after the other, beside the batches: what fails as a whole takes its own time and not that of
 * the healthy. Who hands over waits for nothing, but should ask {@link #hasRoom} before. Event loop only.
 */
final class OneByOne {

    /** Works that may wait for their turn, of those that the queue may hold. */
    static int room(int maxQueueSize) {
        return Math.min(200, maxQueueSize * 2 / 5);
    }

    private record Turn(int works, Supplier<Future<Void>> run) {
    }

    private final int room;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private int works;
    private boolean underWay;
    /** Null until somebody waits. */
    private Promise<Void> idle;

    /** @param room works */
    OneByOne(int room) {
        this.room = room;
    }

    boolean hasRoom() {
        return works < room;
    }

    /** @param run never fails */
    void add(int count, Supplier<Future<Void>> run) {
        waiting.add(new Turn(count, run));
        works += count;
        if (!underWay) {
            underWay = true;
            next();
        }
    }

    /** @return completes when nothing waits or runs any more; asked for once, when nothing more is added */
    Future<Void> idle() {
        if (!underWay) {
            return Future.succeededFuture();
        }
        idle = Promise.promise();
        return idle.future();
    }

    private void next() {
        while (!waiting.isEmpty()) {
            Turn turn = waiting.poll();
            Future<Void> run = turn.run().get();
            if (!run.isComplete()) {
                run.onComplete(ended -> {
                    works -= turn.works();
                    next();
                });
                return;
            }
            works -= turn.works();
        }
        underWay = false;
        if (idle != null) {
            idle.tryComplete();
        }
    }
}
