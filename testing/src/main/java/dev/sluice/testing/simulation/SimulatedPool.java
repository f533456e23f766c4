package dev.sluice.testing.simulation;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

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
                to.complete(connection.lent());
                return;
            }
        }
        world.schedule().after(world.database().way(), host.loop(), () -> {
            if (world.database().isAway()) {
                world.count("connections refused");
                to.fail(new ConnectException("simulated: connection refused"));
                next();
            } else {
                to.complete(new SimulatedConnection(world, host, this::onReturned).lent());
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
        return new Fake("prepared query")
                .on("execute", arguments -> once(List.of((Tuple) arguments[0]), sql))
                .on("executeBatch", arguments -> {
                    @SuppressWarnings("unchecked")
                    List<Tuple> rows = (List<Tuple>) arguments[0];
                    return once(rows, sql);
                }).as(PreparedQuery.class);
    }

    private Future<RowSet<Row>> once(List<Tuple> parameters, String sql) {
        return getConnection().compose(client -> {
            SimulatedConnection connection = world.database().of(client);
            Future<RowSet<Row>> answer = connection == null ? Future.failedFuture(ClosedConnectionException.INSTANCE)
                    : connection.send(new Statement(sql, parameters));
            return answer.eventually(client::close);
        });
    }
}
