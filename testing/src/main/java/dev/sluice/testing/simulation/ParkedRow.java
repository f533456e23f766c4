package dev.sluice.testing.simulation;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A row of {@code parked_events}, and what the product's statements over that table find.
 *
 * @param values   as they were inserted
 * @param attempts retries made
 */
record ParkedRow(Tuple values, int attempts, OffsetDateTime dueAt, String reason) {

    private static final int EVENTS_AT_ONCE = 16;
    private static final String[] COLUMNS = {"consumer_group", "topic", "topic_id", "partition", "record_offset", "event_id", "lane",
            "attempts", "due_at", "reason", "last_error", "record_time", "key", "value", "headers"};

    /** @param place of whose first four values it is made */
    static String key(Tuple place, long offset) {
        return place.getString(1) + '-' + place.getInteger(3) + '@' + offset;
    }

    static ParkedRow parked(Tuple values, ParkedRow before) {
        int attempts = values.getInteger(7);
        return new ParkedRow(before == null ? values : before.values, before == null ? attempts : Math.max(before.attempts, attempts),
                values.getOffsetDateTime(8), values.getString(9));
    }

    ParkedRow postponed(Tuple to) {
        return new ParkedRow(values, to.getInteger(5), to.getOffsetDateTime(6), "retry");
    }

    long offset() {
        return values.getLong(4);
    }

    String identity() {
        return values.getString(5);
    }

    private Buffer lane() {
        return values.getBuffer(6);
    }

    /** In the order of offsets. */
    private static Stream<ParkedRow> of(Session session, Tuple place) {
        return session.parked().rows().stream().map(row -> row.seenBy(session)).filter(row -> row != null
                        && row.values.getString(1).equals(place.getString(1)) && row.values.getInteger(3).equals(place.getInteger(3)))
                .sorted(Comparator.comparingLong(ParkedRow::offset));
    }

    static List<Object[]> lanes(Session session, Tuple parameters) {
        Map<Buffer, List<ParkedRow>> lanes = new LinkedHashMap<>();
        of(session, parameters).filter(row -> row.offset() < parameters.getLong(4))
                .forEach(row -> lanes.computeIfAbsent(row.lane(), lane -> new ArrayList<>()).add(row));
        return lanes.values().stream().map(rows -> new Object[] {rows.get(0).lane(), (long) rows.size(), rows.get(0).dueAt}).toList();
    }

    static List<Object[]> heads(Session session, Tuple parameters) {
        List<ParkedRow> heads = new ArrayList<>();
        for (Buffer lane : (Buffer[]) parameters.getValue(4)) {
            List<ParkedRow> first = of(session, parameters).filter(row -> row.lane().equals(lane)).limit(EVENTS_AT_ONCE).toList();
            first.stream().limit(first.isEmpty() || first.get(0).reason.equals("behind") ? EVENTS_AT_ONCE : 1).forEach(heads::add);
        }
        heads.sort(Comparator.comparingLong(ParkedRow::offset));
        return heads.stream().map(ParkedRow::columns).toList();
    }

    /** One value: by the name of its column. */
    private Object[] columns() {
        Map<String, Object> byName = new LinkedHashMap<>();
        for (int i = 0; i < COLUMNS.length; i++) {
            byName.put(COLUMNS[i], values.getValue(i));
        }
        byName.put("attempts", attempts);
        byName.put("due_at", dueAt);
        byName.put("reason", reason);
        return new Object[] {byName};
    }

    /** A row that another transaction holds is left as it is: its owner has an outcome for it. */
    static void blockNext(Session session, Tuple parameters) {
        of(session, parameters).filter(row -> row.lane().equals(parameters.getBuffer(5)) && row.offset() > parameters.getLong(4))
                .findFirst().ifPresent(next -> {
                    Table<ParkedRow>.Row row = session.parked().row(key(parameters, next.offset()));
                    if (!row.isHeldByAnother(session)) {
                        row.write(session, new ParkedRow(next.values, next.attempts, session.now(), "blocked"));
                    }
                });
    }
}
