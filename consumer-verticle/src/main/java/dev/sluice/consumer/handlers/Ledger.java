package dev.sluice.consumer.handlers;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Handler {@code ledger}: double entry. Each transfer takes from one account what it gives to another, so that balances
 * and entries sum to zero whenever anybody looks. Accounts come into being with their first entry.
 */
public final class Ledger implements HandlerProvider, BatchHandler {

    /** Accounts in the order of their names, so that two batches never wait for each other in a circle. */
    private static final String BOOK = """
            INSERT INTO accounts AS known (id, balance)
            SELECT * FROM unnest($1::text[], $2::text[]::numeric[])
            ON CONFLICT (id) DO UPDATE SET balance = known.balance + excluded.balance""";
    private static final String POST = """
            INSERT INTO ledger (tx_id, account_id, amount)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[]::numeric[])""";

    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public Traits traits() {
        return new Traits(Effect.LOG, Identity.INBOX, false, Isolation.SERIALIZABLE);
    }

    @Override
    public Handler create(JsonObject settings) {
        return new Ledger();
    }

    @Override
    public Future<?> handle(SqlConnection transaction, List<Event> events) {
        List<Transfer> transfers = events.stream().map(Transfer::of).toList();
        Map<String, BigDecimal> moved = new TreeMap<>();
        for (Transfer transfer : transfers) {
            moved.merge(transfer.from(), transfer.amount().negate(), BigDecimal::add);
            moved.merge(transfer.to(), transfer.amount(), BigDecimal::add);
        }
        return transaction.preparedQuery(BOOK).execute(Tuple.of(moved.keySet().toArray(new String[0]),
                        (Object) moved.values().stream().map(BigDecimal::toPlainString).toArray(String[]::new)))
                .compose(booked -> transaction.preparedQuery(POST).execute(Tuple.of(
                        transfers.stream().flatMap(each -> Stream.of(each.id(), each.id())).toArray(String[]::new),
                        transfers.stream().flatMap(each -> Stream.of(each.from(), each.to())).toArray(String[]::new),
                        transfers.stream().flatMap(each -> Stream.of(each.amount().negate(), each.amount()))
                                .map(BigDecimal::toPlainString).toArray(String[]::new))));
    }
}
