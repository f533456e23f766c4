package dev.sluice.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * Writes of one kind that are asked for one by one and sent together: one alone goes at once, and what is asked for while a
 * batch is under way goes with the next, so that many cost one round trip and one commit. When a batch fails, each of it is
 * written alone, and that is its answer. For one context, or for none at a time.
 *
 * @param <T> what is written
 * @param <R> the answer
 */
public final class Coalesced<T, R> {

    private static final int MOST = 256;

    private record Asked<T, R>(T what, Promise<R> answer) {
    }

    private final Function<List<T>, Future<List<R>>> together;
    private final Function<T, Future<R>> alone;
    private final Deque<Asked<T, R>> waiting = new ArrayDeque<>();
    private boolean underWay;

    /**
     * @param together answers in the order of what was asked; must complete some time
     * @param alone    safe to run after {@code together} has failed, whatever that has done
     */
    public Coalesced(Function<List<T>, Future<List<R>>> together, Function<T, Future<R>> alone) {
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
        if (underWay || waiting.isEmpty()) {
            return;
        }
        underWay = true;
        List<Asked<T, R>> batch = new ArrayList<>(Math.min(MOST, waiting.size()));
        while (batch.size() < MOST && !waiting.isEmpty()) {
            batch.add(waiting.poll());
        }
        Future.succeededFuture().compose(now -> together.apply(batch.stream().map(Asked::what).toList()))
                .onComplete(answers -> {
                    underWay = false;
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
    }
}
