package dev.sluice.testing.simulation;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A node's connections: so many, and who finds none waits for one. */
final class SimulatedPool {

    private final World world;
    private final Host host;
    private final int size;
    private final Deque<SimulatedConnection> free = new ArrayDeque<>();
    private final Deque<Promise<SqlConnection>> waiting = new ArrayDeque<>();
    private int lent;

    SimulatedPool(World world, Host host, int size) {
        this.world = world;
        this.host = host;
        this.size = size;
    }

    Pool pool() {
        return new Fake("pool of " + host.name())
                .on("getConnection", arguments -> getConnection())
                .on("preparedQuery", arguments -> preparedQuery((String) arguments[0]))
                .as(Pool.class);
    }

    int lent() {
        return lent;
    }

    private Future<SqlConnection> getConnection() {
        Promise<SqlConnection> promise = Promise.promise();
        if (lent < size) {
            lent++;
            lend(promise);
        } else {
            waiting.add(promise);
        }
        return promise.future();
    }

    private void lend(Promise<SqlConnection> to) {
        while (!free.isEmpty()) {
            SimulatedConnection connection = free.poll();
            if (!connection.isLost()) {
                to.complete(connection.client());
                return;
            }
        }
        world.schedule().after(world.database().way(), host.loop(), () -> {
            if (world.database().isAway()) {
                world.count("connections refused");
                to.fail(new ConnectException("simulated: connection refused"));
                next();
            } else {
                to.complete(new SimulatedConnection(world, host, this::onReturned).client());
            }
        });
    }

    private void onReturned(SimulatedConnection connection) {
        if (!connection.isLost()) {
            free.add(connection);
        }
        next();
    }

    private void next() {
        if (waiting.isEmpty()) {
            lent--;
        } else {
            lend(waiting.poll());
        }
    }

    private Object preparedQuery(String sql) {
        return new Fake("prepared query").on("execute", arguments -> getConnection().compose(connection -> {
            PreparedQuery<RowSet<Row>> query = connection.preparedQuery(sql);
            return query.execute((Tuple) arguments[0]).eventually(connection::close);
        })).as(PreparedQuery.class);
    }
}
