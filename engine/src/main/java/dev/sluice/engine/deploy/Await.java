package dev.sluice.engine.deploy;

import io.vertx.core.Future;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting on the main thread, which is no event loop; never without a deadline. */
final class Await {

    private Await() {
    }

    /** @throws StartRefused naming {@code what} when it fails or takes longer */
    static <T> T within(Duration deadline, String what, Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new StartRefused(what + ": " + reason(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            String late = "not done within " + deadline.toMillis() + " ms";
            throw new StartRefused(what + ": " + late, new TimeoutException(late));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartRefused(what + ": interrupted", e);
        }
    }

    static String reason(Throwable error) {
        return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    }
}
