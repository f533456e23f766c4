package dev.sluice.testing.simulation;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One statement under way in a session. It goes row by row and stops before a row that another transaction holds, keeping
 * what it has: run again, it goes on there. The product's own texts are recognised by their beginning.
 */
final class Statement {

    private final String sql;
    private final Tuple parameters;
    private final List<Object[]> rows = new ArrayList<>();
    /** One for each row of a batch; empty for a batch of one. */
    private final List<Statement> each;
    private int rowCount;
    private int at;

    Statement(String sql, Tuple parameters) {
        this(sql, List.of(parameters));
    }

    Statement(String sql, List<Tuple> batch) {
        this.sql = sql.strip();
        this.parameters = batch.get(0);
        this.each = batch.size() == 1 ? List.of() : batch.stream().map(row -> new Statement(sql, row)).toList();
    }

    /** One for each row of a batch. */
    List<Statement> results() {
        return each.isEmpty() ? List.of(this) : each;
    }

    List<Object[]> rows() {
        return rows;
    }

    int rowCount() {
        return rowCount;
    }

    boolean is(String text) {
        return sql.equals(text);
    }

    /**
     * @return the row that it waits for; null when it has ended
     * @throws PgException what PostgreSQL says
     */
    Table<?>.Row run(Session session) {
        if (!each.isEmpty()) {
            for (; at < each.size(); at++) {
                Table<?>.Row blocking = each.get(at).run(session);
                if (blocking != null) {
                    return blocking;
                }
            }
            return null;
        }
        if (sql.startsWith("WITH fresh AS (")) {
            return claim(session, sql.contains("ON CONFLICT"));
        }
        if (sql.startsWith("INSERT INTO processed_events")) {
            return bury(session);
        }
        if (sql.startsWith("SELECT outcome FROM processed_events")) {
            String outcome = session.inbox().row(parameters.getString(1)).seenBy(session);
            if (outcome != null) {
                rows.add(new Object[] {outcome});
            }
            return null;
        }
        if (sql.startsWith("SELECT event_id, outcome FROM processed_events")) {
            for (String id : texts(1)) {
                String outcome = session.inbox().row(id).seenBy(session);
                if (outcome != null) {
                    rows.add(new Object[] {id, outcome});
                }
            }
            return null;
        }
        if (sql.startsWith("SELECT error_type")) { // not kept here: a second letter then says that it may be one
            return null;
        }
        if (sql.startsWith("UPDATE processed_events SET outcome = $3")) {
            for (String id : texts(1)) {
                session.inbox().row(id).write(session, parameters.getString(2));
            }
            return null;
        }
        if (sql.startsWith("INSERT INTO entity_sequences")) {
            return moveSequences(session);
        }
        if (sql.contains("parked_events")) {
            return parkedEvents(session);
        }
        if (sql.startsWith(SimulatedHandler.EFFECT)) {
            session.onEffect(parameters.getString(0));
            return null;
        }
        if (sql.startsWith(SimulatedHandler.FAULTY)) {
            throw error("22P02", "invalid input syntax for type numeric");
        }
        if (sql.equals("SELECT 1")) {
            return null;
        }
        throw unknown();
    }

    private RuntimeException unknown() {
        return Substitutes.notModelled("this statement: " + sql);
    }

    private Table<?>.Row parkedEvents(Session session) {
        if (sql.startsWith("INSERT")) {
            Table<ParkedRow>.Row row = session.parked().row(ParkedRow.key(parameters, parameters.getLong(4)));
            if (row.isHeldByAnother(session)) {
                return row;
            }
            row.write(session, ParkedRow.parked(parameters, row.seenBy(session)));
            return null;
        }
        if (sql.startsWith("SELECT lane")) {
            ParkedRow.lanes(session, parameters).forEach(rows::add);
        } else if (sql.startsWith("SELECT head")) {
            ParkedRow.heads(session, parameters).forEach(rows::add);
        } else if (sql.startsWith("WITH gone")) {
            return each(session, new Long[] {parameters.getLong(4)}, null, () -> ParkedRow.blockNext(session, parameters));
        } else if (sql.startsWith("UPDATE")) {
            return each(session, new Long[] {parameters.getLong(4)}, row -> row.postponed(parameters), () -> { });
        } else if (sql.startsWith("SELECT record_offset")) {
            return each(session, (Long[]) parameters.getValue(4), row -> row, () -> { });
        } else if (sql.startsWith("DELETE")) {
            return each(session, (Long[]) parameters.getValue(4), null, () -> { });
        } else {
            throw unknown();
        }
        return null;
    }

    /** Each row that is there, locked: changed, or deleted when there is no change. */
    private Table<?>.Row each(Session session, Long[] offsets, UnaryOperator<ParkedRow> change, Runnable then) {
        Long[] sorted = offsets.clone();
        Arrays.sort(sorted);
        for (; at < sorted.length; at++) {
            Table<ParkedRow>.Row row = session.parked().row(ParkedRow.key(parameters, sorted[at]));
            if (row.isHeldByAnother(session)) {
                return row;
            }
            if (row.seenBy(session) != null) {
                row.write(session, change == null ? null : change.apply(row.seenBy(session)));
                rows.add(new Object[] {sorted[at]});
                rowCount++;
            }
        }
        then.run();
        return null;
    }

    /** Answers with the repeats. */
    private Table<?>.Row claim(Session session, boolean doNothing) {
        String[] ids = texts(1);
        for (; at < ids.length; at++) {
            Table<String>.Row row = session.inbox().row(ids[at]);
            if (row.isHeldByAnother(session)) {
                return row;
            }
            if (row.seenBy(session) == null) {
                row.write(session, "applied");
            } else if (doNothing) {
                rows.add(new Object[] {ids[at]});
            } else {
                throw error("23505", "duplicate key");
            }
        }
        return null;
    }

    private Table<?>.Row bury(Session session) {
        Table<String>.Row row = session.inbox().row(parameters.getString(1));
        if (row.isHeldByAnother(session)) {
            return row;
        }
        if (row.seenBy(session) == null) {
            row.write(session, "dead");
            rowCount = 1;
        }
        return null;
    }

    /** Answers with where each stood before. */
    private Table<?>.Row moveSequences(Session session) {
        String[] entities = texts(1);
        Long[] newest = (Long[]) parameters.getValue(2);
        for (; at < entities.length; at++) {
            Table<Long>.Row row = session.sequences().row(entities[at]);
            if (row.isHeldByAnother(session)) {
                return row;
            }
            long known = row.seenBy(session) == null ? -1 : row.seenBy(session);
            row.write(session, Math.max(known, newest[at]));
            rows.add(new Object[] {entities[at], known});
        }
        return null;
    }

    private String[] texts(int index) {
        return (String[]) parameters.getValue(index);
    }

    static PgException error(String state, String message) {
        return new PgException(message, "ERROR", state, null);
    }
}
