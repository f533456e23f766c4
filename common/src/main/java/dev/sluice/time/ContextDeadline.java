package dev.sluice.time;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.concurrent.TimeoutException;

/**
 * Gives futures a deadline and tells what becomes of them, lateness too, on the context that this was made on.
 * {@link Future#timeout} tells the lateness of a future that has no context on a thread of its own, amid what the
 * context's thread is doing. Any thread may ask.
 */
public final class ContextDeadline {

    private final Vertx vertx;
    private final Context context;

    public ContextDeadline(Vertx vertx) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
    }

    public Context context() {
        return context;
    }

    /** @return fails with a {@link TimeoutException} when the future takes longer */
    public <T> Future<T> within(long millis, Future<T> future) {
        Promise<T> outcome = Promise.promise();
        long timer = vertx.setTimer(millis, late -> context.runOnContext(now ->
                outcome.tryFail(new TimeoutException("no answer within " + millis + " ms"))));
        future.onComplete(result -> context.runOnContext(now -> {
            vertx.cancelTimer(timer);
            if (result.succeeded()) {
                outcome.tryComplete(result.result());
            } else {
                outcome.tryFail(result.cause());
            }
        }));
        return outcome.future();
    }
}
