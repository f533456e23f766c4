package dev.sluice.testing.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows by key, each with its lock: who writes a row holds it until its transaction ends, and others wait in a queue. */
final class Table<V> {

    /** One row. It has a writer from its first write until that transaction's end. */
    final class Row {
        private final String key;
        private V committed;
        private V pending;
        private Session writer;
        private final Deque<Runnable> waiting = new ArrayDeque<>(2);

        private Row(String key) {
            this.key = key;
        }

        boolean isHeldByAnother(Session session) {
            return writer != null && writer != session;
        }

        /** As the session sees it: READ COMMITTED. */
        V seenBy(Session session) {
            return writer == session ? pending : committed;
        }

        void write(Session session, V value) {
            if (writer == null) {
                writer = session;
                session.onLocked(this);
            }
            pending = value;
        }

        String key() {
            return key;
        }

        V pending() {
            return pending;
        }

        V committed() {
            return committed;
        }

        void await(Runnable then) {
            waiting.add(then);
        }

        void end(boolean commit) {
            if (commit) {
                committed = pending;
            }
            writer = null;
            pending = null;
            Deque<Runnable> now = new ArrayDeque<>(waiting);
            waiting.clear();
            now.forEach(Runnable::run);
        }

        @Override
        public String toString() {
            return key;
        }
    }

    private final Map<String, Row> rows = new LinkedHashMap<>();

    Row row(String key) {
        return rows.computeIfAbsent(key, Row::new);
    }

    /** In the order in which they were first written; a deleted one's value is null. */
    Collection<Row> rows() {
        return rows.values();
    }

    V committed(String key) {
        Row row = rows.get(key);
        return row == null ? null : row.committed;
    }
}
