package dev.sluice.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/** The rest of a body that nobody wants. */
final class Leftover {

    private static final long PATIENCE_MILLIS = 1_000;

    private Leftover() {
    }

    /**
     * When the answer has been given: reads it for a moment, unseen, since a connection that is closed over unread bytes
     * may take the answer with it; then closes the connection.
     */
    static void discard(HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        ignore(request);
        Vertx.currentContext().owner().setTimer(PATIENCE_MILLIS, timer -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
    }

    /** Reads it unseen, for as long as the answer takes. */
    static void ignore(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.handler(chunk -> { });
            request.exceptionHandler(gone -> { });
            request.endHandler(end -> { });
            request.resume();
        }
    }
}
