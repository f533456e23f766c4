package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Filter;
import io.vertx.sqlclient.Tuple;

import java.time.OffsetDateTime;
import java.util.Locale;

/** A filter in SQL: constants of this class and numbered values, nothing of what was asked. */
record LetterQuery(String where, Tuple values) {

    /** @param after letters behind this {@code seq} only. @param until up to this one only, if not 0. @throws java.time.DateTimeException when a time is none */
    static LetterQuery of(Filter filter, long after, long until) {
        StringBuilder sql = new StringBuilder(" WHERE seq > $1");
        Tuple values = Tuple.of(after);
        and(sql, values, "seq <=", until == 0 ? null : until);
        if (filter.ids() != null) {
            values.addValue(filter.ids().toArray(new String[0]));
            sql.append(" AND id = ANY ($").append(values.size()).append("::text[])");
        }
        and(sql, values, "original_topic =", filter.topic());
        and(sql, values, "event_type =", filter.eventType());
        and(sql, values, "error_type =", filter.errorType());
        and(sql, values, "entity =", filter.entity());
        and(sql, values, "consumer_group =", filter.group());
        and(sql, values, "state =", filter.state());
        and(sql, values, "failed_at >=", filter.from() == null ? null : OffsetDateTime.parse(filter.from()));
        and(sql, values, "failed_at <", filter.to() == null ? null : OffsetDateTime.parse(filter.to()));
        if (filter.text() != null) {
            and(sql, values, "0 < strpos(lower(error_message),", filter.text().toLowerCase(Locale.ROOT));
            sql.append(')');
        }
        return new LetterQuery(sql.toString(), values);
    }

    private static void and(StringBuilder sql, Tuple values, String comparison, Object value) {
        if (value != null) {
            values.addValue(value);
            sql.append(" AND ").append(comparison).append(" $").append(values.size());
        }
    }
}
