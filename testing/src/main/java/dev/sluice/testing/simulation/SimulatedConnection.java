package dev.sluice.testing.simulation;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowIterator;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** The client's side of a connection, and the wire: statements and answers take their time, and either may get lost. */
final class SimulatedConnection {

    private final World world;
    private final Host host;
    private final Consumer<SimulatedConnection> onReturned;
    private final Session session;
    private final SqlConnection client;
    private final Set<Promise<?>> underWay = new LinkedHashSet<>();
    private Handler<Void> closeHandler = gone -> { };
    private Handler<Throwable> exceptionHandler = error -> { };
    private boolean lost;
    private boolean lent;
    private boolean replyGetsLost;

    /** @param onReturned its user has closed it: back to the pool, unless it is lost */
    SimulatedConnection(World world, Host host, Consumer<SimulatedConnection> onReturned) {
        this.world = world;
        this.host = host;
        this.onReturned = onReturned;
        this.session = new Session(world, world.database(), host.name(), this::onTerminated);
        this.client = new Fake("connection of " + host.name())
                .on("closeHandler", arguments -> set(() -> closeHandler = handler(arguments[0])))
                .on("exceptionHandler", arguments -> set(() -> exceptionHandler = handler(arguments[0])))
                .on("begin", arguments -> send(new Statement("BEGIN", Tuple.tuple())).map(begun -> transaction()))
                .on("query", arguments -> query((String) arguments[0]))
                .on("preparedQuery", arguments -> preparedQuery((String) arguments[0]))
                .on("close", arguments -> close())
                .as(SqlConnection.class);
        world.database().onOpened(this);
    }

    SqlConnection client() {
        return client;
    }

    boolean isLost() {
        return lost;
    }

    Host host() {
        return host;
    }

    boolean isBusy() {
        return !underWay.isEmpty() || session.holdsLocks();
    }

    /** Of the next commit, which will be done all the same. */
    void loseNextReply() {
        replyGetsLost = true;
    }

    private SqlConnection set(Runnable change) {
        change.run();
        return client;
    }

    private Transaction transaction() {
        return new Fake("transaction")
                .on("commit", arguments -> send(new Statement("COMMIT", Tuple.tuple())).mapEmpty())
                .on("rollback", arguments -> send(new Statement("ROLLBACK", Tuple.tuple())).mapEmpty())
                .as(Transaction.class);
    }

    private Object query(String sql) {
        return new Fake("query").on("execute", arguments -> send(new Statement(sql, Tuple.tuple()))).as(Query.class);
    }

    private Object preparedQuery(String sql) {
        return new Fake("prepared query")
                .on("execute", arguments -> send(new Statement(sql, (Tuple) arguments[0]))).as(PreparedQuery.class);
    }

    Future<RowSet<Row>> send(Statement statement) {
        if (lost) {
            return Future.failedFuture(ClosedConnectionException.INSTANCE);
        }
        Promise<RowSet<Row>> answer = Promise.promise();
        underWay.add(answer);
        world.schedule().after(world.database().way(), null, () -> arrive(statement, answer));
        return answer.future();
    }

    private void arrive(Statement statement, Promise<RowSet<Row>> answer) {
        if (session.isEnded()) {
            return;
        }
        boolean replyLost = replyGetsLost && statement.is("COMMIT");
        session.onStatement(statement, error -> {
            if (replyLost) {
                world.count("commits whose reply was lost");
                loseServer(null);
                return;
            }
            world.schedule().after(world.database().way(), host.loop(), () -> {
                if (underWay.remove(answer)) {
                    if (error == null) {
                        answer.complete(rowSet(statement.results().iterator()));
                    } else {
                        answer.fail(error);
                    }
                }
            });
        });
    }

    /** The process is gone, or has closed the socket: the server notices now, or only by its own timeouts. */
    void cut() {
        if (!lost) {
            lost = true;
            world.database().onClosed(this);
            if (world.schedule().chance(0.5)) {
                session.terminate(null);
            } else {
                world.schedule().after(3 * Schedule.SECOND, null, () -> session.terminate(null));
            }
            host.loop().add(() -> tellLoss(null));
        }
    }

    /** The server, or the way to it, is gone. */
    void loseServer(PgException word) {
        if (!session.isEnded()) {
            session.terminate(word);
        }
    }

    private void onTerminated(PgException word, boolean idle) {
        if (!lost) {
            lost = true;
            world.database().onClosed(this);
            world.schedule().after(world.schedule().draw(0, Schedule.MILLI), host.loop(), () -> tellLoss(word));
        }
    }

    private void tellLoss(PgException word) {
        if (word != null) {
            exceptionHandler.handle(word);
        }
        boolean handlerFirst = world.schedule().chance(0.5);
        if (handlerFirst) {
            closeHandler.handle(null);
        }
        List<Promise<?>> pending = List.copyOf(underWay);
        underWay.clear();
        pending.forEach(promise -> promise.tryFail(ClosedConnectionException.INSTANCE));
        if (!handlerFirst) {
            closeHandler.handle(null);
        }
    }

    /** Its next user has it. */
    SqlConnection lent() {
        lent = true;
        return client;
    }

    private Future<Void> close() {
        if (!lent) {
            return Future.succeededFuture();
        }
        lent = false;
        closeHandler = gone -> { };
        exceptionHandler = error -> { };
        onReturned.accept(this);
        return Future.succeededFuture();
    }

    private static RowSet<Row> rowSet(Iterator<Statement> results) {
        Statement statement = results.next();
        List<Row> rows = statement.rows().stream().map(SimulatedConnection::row).toList();
        RowSet<Row> next = results.hasNext() ? rowSet(results) : null;
        return new Fake("rows").on("iterator", arguments -> iterator(rows.iterator())).on("next", arguments -> next)
                .on("rowCount", arguments -> statement.rowCount()).as(RowSet.class);
    }

    private static Row row(Object[] values) {
        Function<Object[], Object> value = arguments -> arguments[0] instanceof Integer index ? values[index]
                : ((Map<?, ?>) values[0]).get(arguments[0]);
        Fake row = new Fake("row");
        for (String getter : new String[] {"getString", "getLong", "getInteger", "getBuffer", "getOffsetDateTime"}) {
            row.on(getter, value);
        }
        return row.as(Row.class);
    }

    private static Object iterator(Iterator<Row> rows) {
        return new Fake("row iterator").on("hasNext", arguments -> rows.hasNext()).on("next", arguments -> rows.next())
                .as(RowIterator.class);
    }

    @SuppressWarnings("unchecked")
    private static <T> Handler<T> handler(Object argument) {
        return (Handler<T>) argument;
    }
}
