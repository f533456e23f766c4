package dev.sluice.consumer.handlers;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.store.OptimisticInsert;
import dev.sluice.store.TextOrder;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.time.OffsetDateTime;
import java.util.List;

/**
 * Handler {@code payment-state}: one row per event with its newest status. Its key is the event's identity, so it needs no
 * inbox: a repeat changes nothing, and a status gives way only to another one that is newer by sequence, then by time.
 */
public final class PaymentState implements HandlerProvider, BatchHandler {

    private static final String INSERT = "SELECT insert_payment_states($1, $2, $3, $4, $5, $6, $7, $8)";
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

    private final OptimisticInsert inserts = new OptimisticInsert(INSERT);

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

    /** In the order of their keys, so that two batches never wait for each other in a circle; of equal keys the newest. */
    @Override
    public Future<?> handle(SqlConnection transaction, List<Event> events) {
        String[] ids = new String[events.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = events.get(i).id();
        }
        Payment[] sorted = new Payment[ids.length];
        int rows = 0;
        for (int place : TextOrder.of(ids)) {
            Payment payment = Payment.of(events.get(place));
            if (rows > 0 && sorted[rows - 1].id().equals(payment.id())) {
                sorted[rows - 1] = Payment.AGE.compare(sorted[rows - 1], payment) > 0 ? sorted[rows - 1] : payment;
            } else {
                sorted[rows++] = payment;
            }
        }
        Tuple columns = columns(sorted, rows);
        return inserts.run(transaction, rows, columns, null,
                () -> transaction.preparedQuery(UPSERT).execute(columns).mapEmpty());
    }

    private static Tuple columns(Payment[] payments, int rows) {
        String[] ids = new String[rows];
        String[] entities = new String[rows];
        Long[] sequences = new Long[rows];
        String[] users = new String[rows];
        String[] amounts = new String[rows];
        String[] currencies = new String[rows];
        String[] statuses = new String[rows];
        OffsetDateTime[] times = new OffsetDateTime[rows];
        for (int i = 0; i < rows; i++) {
            Payment payment = payments[i];
            ids[i] = payment.id();
            entities[i] = payment.event().requireEntity().id();
            sequences[i] = payment.event().requireSequence();
            users[i] = payment.userId();
            amounts[i] = payment.amount();
            currencies[i] = payment.currency();
            statuses[i] = payment.status();
            times[i] = payment.occurredAt();
        }
        return Tuple.of(ids, entities, sequences, users, amounts, currencies, statuses, times);
    }
}
