package dev.sluice.dlq;

import dev.sluice.bus.DeadLetters.Action;
import dev.sluice.bus.DeadLetters.Actions;
import dev.sluice.bus.DeadLetters.ListActions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code dead_letter_actions}, which {@link ActionTable} writes. */
final class AuditTrail {

    private static final int LONGEST_PAGE = 1_000;
    private static final String LIST = """
            SELECT id, acted_at, actor, action, reason, letters, cardinality(letter_ids) AS meant, outcome, ended_at
            FROM dead_letter_actions
            WHERE ($1 = 0 OR id < $1) AND ($2::text IS NULL OR $2 = ANY (letter_ids))
                AND ($3::timestamptz IS NULL OR acted_at >= $3) AND ($4::timestamptz IS NULL OR acted_at < $4)
            ORDER BY id DESC LIMIT $5""";

    private final Pool pool;

    AuditTrail(Pool pool) {
        this.pool = pool;
    }

    Future<Actions> list(ListActions question) {
        int limit = Math.max(1, Math.min(LONGEST_PAGE, question.limit()));
        return pool.preparedQuery(LIST).execute(Tuple.of(question.before(), question.letter(), time(question.from()),
                time(question.to()), limit)).map(rows -> {
            List<Action> actions = new ArrayList<>();
            rows.forEach(row -> actions.add(action(row)));
            return new Actions(actions, actions.size() < limit ? 0 : actions.get(actions.size() - 1).id());
        });
    }

    private static Action action(Row row) {
        return new Action(row.getLong("id"), rfc3339(row.getOffsetDateTime("acted_at")), row.getString("actor"),
                row.getString("action"), row.getString("reason"), row.getInteger("letters"), row.getInteger("meant"),
                row.getString("outcome"), rfc3339(row.getOffsetDateTime("ended_at")));
    }

    private static OffsetDateTime time(String text) {
        return text == null ? null : OffsetDateTime.parse(text);
    }

    private static String rfc3339(OffsetDateTime time) {
        return time == null ? null : MovedHeaders.rfc3339(time.toInstant().toEpochMilli());
    }
}
