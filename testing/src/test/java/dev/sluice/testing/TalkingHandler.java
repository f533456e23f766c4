package dev.sluice.testing;

import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of each event, before and after it has asked PostgreSQL something, without a word about which one it is. */
public final class TalkingHandler implements HandlerProvider, EventHandler {

    private static final Logger LOG = LoggerFactory.getLogger(TalkingHandler.class);

    @Override
    public String name() {
        return "talking";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        return this;
    }

    @Override
    public Future<?> handle(SqlConnection transaction, Event event) {
        LOG.warn("I begin");
        return transaction.query("SELECT 'a secret'").execute().onSuccess(answered -> LOG.warn("I go on"));
    }
}
