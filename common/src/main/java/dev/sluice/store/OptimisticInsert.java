package dev.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

import java.util.function.Supplier;

/**
 * Inserts rows that are most likely new without {@code ON CONFLICT}, which is cheaper by a third. A function in PostgreSQL
 * does it: all rows, or none when one of them is there already. Then it is done again with {@code ON CONFLICT}, and so are
 * the next few, for a repeat seldom comes alone. Event loop only.
 */
public final class OptimisticInsert {

    /** With fewer rows there is little to save. */
    static final int FEWEST_ROWS = 50;
    /** How many inserts after a conflict expect another. */
    static final int DOUBTS = 16;

    private final String function;
    private int doubts;

    /** @param function a query with one boolean: whether all rows were new, and are inserted */
    public OptimisticInsert(String function) {
        this.function = function;
    }

    /**
     * @param rows       how many are inserted
     * @param parameters of the function
     * @param whenNew    the result when none of them was there
     * @param onConflict inserts those that are not there
     */
    public <T> Future<T> run(SqlClient transaction, int rows, Tuple parameters, T whenNew, Supplier<Future<T>> onConflict) {
        if (rows < FEWEST_ROWS) {
            return onConflict.get();
        }
        if (doubts > 0) {
            doubts--;
            return onConflict.get();
        }
        return transaction.preparedQuery(function).execute(parameters).compose(answer -> {
            if (answer.iterator().next().getBoolean(0)) {
                return Future.succeededFuture(whenNew);
            }
            doubts = DOUBTS;
            return onConflict.get();
        });
    }
}
