package dev.sluice.api;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

import java.util.List;

/** A handler of whole batches: one statement for many events is what makes PostgreSQL fast. See {@link Handler}. */
@FunctionalInterface
public non-sealed interface BatchHandler extends Handler {

    /**
     * Applies a batch, in its order. Several may be of one entity; no two have the same identity, unless
     * the handler recognises repeats by itself (NATURAL_KEY).
     *
     * @param transaction a connection with an open transaction, the handler's until its future completes
     * @param events      at least one, unmodifiable
     * @return completes when all of its statements have; the value is ignored
     */
    Future<?> handle(SqlConnection transaction, List<Event> events);
}
