package dev.sluice.api;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/** A handler of single events. See {@link Handler} for what it may rely on. */
@FunctionalInterface
public non-sealed interface EventHandler extends Handler {

    /**
     * Applies one event.
     *
     * @param transaction a connection with an open transaction, the handler's until its future completes
     * @return completes when all of its statements have; the value is ignored
     */
    Future<?> handle(SqlConnection transaction, Event event);
}
