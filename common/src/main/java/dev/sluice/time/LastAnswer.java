package dev.sluice.time;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.util.function.Supplier;

/**
 * What somebody said who may be frozen: an asker waits for a bounded time and gets the answer before when none comes.
 * There is one question at a time, so that a silent one gathers no questions. For the context that it is made on.
 */
public final class LastAnswer<T> {

    private final ContextDeadline deadline;
    private final long millis;
    private final Supplier<Future<T>> question;
    private T last;
    /** The one that is under way; null when there is none. */
    private Future<T> asked;

    /** @param first is said until somebody has answered */
    public LastAnswer(Vertx vertx, long millis, T first, Supplier<Future<T>> question) {
        this.deadline = new ContextDeadline(vertx);
        this.millis = millis;
        this.last = first;
        this.question = question;
    }

    /** @return never fails */
    public Future<T> ask() {
        if (asked == null) {
            Future<T> answer = question.get();
            asked = answer;
            answer.onComplete(ended -> deadline.context().runOnContext(now -> {
                asked = null;
                last = ended.succeeded() ? ended.result() : last;
            }));
        }
        return deadline.within(millis, asked).otherwise(late -> last);
    }
}
