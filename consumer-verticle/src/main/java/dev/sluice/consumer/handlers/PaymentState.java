package dev.sluice.consumer.handlers;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * Handler {@code payment-state}: one row per event with its newest status. Its key is the event's identity, so it needs no
 * inbox: a repeat changes nothing, and a status gives way only to another one that is newer by sequence, then by time.
 */
public final class PaymentState implements HandlerProvider, BatchHandler {

    private static final String UPSERT = """
            INSERT INTO payment_states AS known
                   (event_id, entity_id, sequence, user_id, amount, currency, status, occurred_at)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]::numeric[], $6::text[],
                                 $7::text[], $8::timestamptz[])
            ON CONFLICT (event_id) DO UPDATE
            SET entity_id = excluded.entity_id, sequence = excluded.sequence, user_id = excluded.user_id,
                amount = excluded.amount, currency = excluded.currency, status = excluded.status,
                occurred_at = excluded.occurred_at, updated_at = now()
            WHERE known.status <> excluded.status
              AND (known.sequence, known.occurred_at) < (excluded.sequence, excluded.occurred_at)""";

    @Override
    public String name() {
        return "payment-state";
    }

    @Override
    public Traits traits() {
        return new Traits(Effect.LOG, Identity.NATURAL_KEY, true);
    }

    @Override
    public Handler create(JsonObject settings) {
        return new PaymentState();
    }

    /** In the order of their keys, so that two batches never wait for each other in a circle. */
    @Override
    public Future<?> handle(SqlConnection transaction, List<Event> events) {
        Map<String, Payment> newest = new TreeMap<>();
        for (Event event : events) {
            newest.merge(event.id(), Payment.of(event), BinaryOperator.maxBy(Payment.AGE));
        }
        Collection<Payment> rows = newest.values();
        return transaction.preparedQuery(UPSERT).execute(Tuple.of(
                newest.keySet().toArray(new String[0]),
                rows.stream().map(row -> row.event().requireEntity().id()).toArray(String[]::new),
                rows.stream().map(row -> row.event().requireSequence()).toArray(Long[]::new),
                rows.stream().map(Payment::userId).toArray(String[]::new),
                rows.stream().map(row -> row.amount() == null ? null : row.amount().toPlainString())
                        .toArray(String[]::new),
                rows.stream().map(Payment::currency).toArray(String[]::new),
                rows.stream().map(Payment::status).toArray(String[]::new),
                rows.stream().map(Payment::occurredAt).toArray(OffsetDateTime[]::new)));
    }
}
