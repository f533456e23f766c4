package dev.sluice.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Writes of one kind that are asked for one by one and sent together: one alone goes at once, and what is asked for while a
 * batch is under way goes with the next, so that many cost one round trip and one commit. When a batch fails, each of it is
 * written alone, and that is its answer. A batch that is late (it waits for a row that somebody has locked, or its connection
 * is dead) holds up nobody: the next goes beside it, as long as no more than two are late. So what is asked for later may
 * happen earlier; where that matters, ask once the first has its answer. For one context, or for none at a time.
 *
 * @param <T> what is written
 * @param <R> the answer
 */
public final class Coalesced<T, R> {

    private static final int MOST = 256;
    private static final int MOST_LATE = 2;
    private static final long LATE_MILLIS = 250;

    private record Asked<T, R>(T what, Promise<R> answer) {
    }

    private final Function<List<T>, Future<List<R>>> together;
    private final Function<T, Future<R>> alone;
    private final Deque<Asked<T, R>> waiting = new ArrayDeque<>();
    private final Supplier<Future<Void>> late;
    /** The batch under way that is not late; null without. */
    private List<Asked<T, R>> current;
    /** Batches under way that are. */
    private int lateOnes;

    /**
     * @param together answers in the order of what was asked; must complete some time
     * @param alone    safe to run after {@code together} has failed, whatever that has done
     */
    public Coalesced(Vertx vertx, Function<List<T>, Future<List<R>>> together, Function<T, Future<R>> alone) {
        this(() -> vertx.timer(LATE_MILLIS), together, alone);
    }

    /** @param late completes when a batch that begins now is late, on the context */
    Coalesced(Supplier<Future<Void>> late, Function<List<T>, Future<List<R>>> together, Function<T, Future<R>> alone) {
        this.late = late;
        this.together = together;
        this.alone = alone;
    }

    public Future<R> ask(T what) {
        Promise<R> answer = Promise.promise();
        waiting.add(new Asked<>(what, answer));
        send();
        return answer.future();
    }

    private void send() {
        if (current != null || lateOnes > MOST_LATE || waiting.isEmpty()) {
            return;
        }
        List<Asked<T, R>> batch = new ArrayList<>(Math.min(MOST, waiting.size()));
        while (batch.size() < MOST && !waiting.isEmpty()) {
            batch.add(waiting.poll());
        }
        current = batch;
        Future.succeededFuture().compose(now -> together.apply(batch.stream().map(Asked::what).toList()))
                .onComplete(answers -> {
                    onEnded(batch);
                    for (int i = 0; i < batch.size(); i++) {
                        Asked<T, R> asked = batch.get(i);
                        if (answers.succeeded()) {
                            asked.answer().complete(answers.result().get(i));
                        } else {
                            Future.succeededFuture().compose(now -> alone.apply(asked.what())).onComplete(asked.answer());
                        }
                    }
                    send();
                });
        if (current == batch) {
            late.get().onSuccess(now -> onLate(batch));
        }
    }

    private void onLate(List<Asked<T, R>> batch) {
        if (current == batch) {
            current = null;
            lateOnes++;
            send();
        }
    }

    private void onEnded(List<Asked<T, R>> batch) {
        if (current == batch) {
            current = null;
        } else {
            lateOnes--;
        }
    }
}
