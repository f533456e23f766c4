package dev.sluice.testing.simulation;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.api.PermanentFailure;
import dev.sluice.api.TransientFailure;
import dev.sluice.testing.simulation.Scenario.PlannedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** The user's part: writes one row for an event, or fails as the event's nature wants it. */
final class SimulatedHandler implements HandlerProvider {

    static final String EFFECT = "INSERT INTO effects";
    static final String FAULTY = "SELECT 'x'::numeric";

    private final World world;
    private final SimulatedNode node;

    SimulatedHandler(World world, SimulatedNode node) {
        this.world = world;
        this.node = node;
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public Traits traits() {
        return Traits.NEWEST_STATE_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        EventHandler each = this::handle;
        BatchHandler all = (connection, events) -> {
            Future<?> done = Future.succeededFuture();
            for (Event event : events) {
                done = done.compose(before -> handle(connection, event));
            }
            return done;
        };
        return world.scenario().batches() ? all : each;
    }

    private Future<?> handle(SqlConnection connection, Event event) {
        world.guarantees().onHandled(node, event);
        PlannedEvent planned = world.scenario().ofIdentity(event.id());
        boolean first = event.attempt() == 1;
        return switch (planned.nature()) {
            case PASSING -> event.attempt() <= planned.failures()
                    ? Future.failedFuture(new TransientFailure("simulated")) : effect(connection, event);
            case PERMANENT -> throw new PermanentFailure("simulated");
            case UNKNOWN -> Future.failedFuture(new IllegalArgumentException("simulated"));
            case REFUSED -> connection.preparedQuery(FAULTY).execute(Tuple.tuple());
            case HANGING -> first ? Promise.promise().future() : effect(connection, event);
            default -> effect(connection, event);
        };
    }

    private static Future<?> effect(SqlConnection connection, Event event) {
        return connection.preparedQuery(EFFECT).execute(Tuple.of(event.id()));
    }
}
