package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider.Identity;
import dev.sluice.api.HandlerProvider.Traits;
import dev.sluice.event.Outcome;
import dev.sluice.store.Inbox;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The effect of a batch and the identities of its events, in one PostgreSQL transaction: all of it, or nothing.
 *
 * <p>Order of its statements: the inbox (a repeat ends here), the sequences (a state that is out of date ends here), the
 * handler, the commit. A commit whose answer was lost is not known; running the batch again finds what it did.
 */
final class EffectTransaction {

    private static final Duration ROLLBACK_DEADLINE = Duration.ofSeconds(5);

    private final Pool pool;
    private final Handler handler;
    private final Traits traits;
    private final Inbox inbox;
    private final SequencePolicy sequences;
    private final Duration handlerTimeout;

    EffectTransaction(Pool pool, Handler handler, Traits traits, String group, SequencePolicy sequences,
                      Duration handlerTimeout) {
        this.pool = pool;
        this.handler = handler;
        this.traits = traits;
        this.inbox = new Inbox(group);
        this.sequences = sequences;
        this.handlerTimeout = handlerTimeout;
    }

    /**
     * @param works readable ones; several may have the same identity
     * @return each work's outcome (APPLIED, DUPLICATE, SUPERSEDED, or DEAD when the inbox has it as dead), committed;
     *         failed when nothing is known to be committed
     */
    Future<Map<Work, Outcome>> apply(List<Work> works) {
        if (traits.needsEntity()) {
            try {
                works.forEach(work -> {
                    work.event().requireEntity();
                    work.event().requireSequence();
                });
            } catch (RuntimeException missing) {
                return Future.failedFuture(missing);
            }
        }
        return pool.getConnection().compose(connection -> connection.begin()
                .compose(transaction -> inTransaction(connection, works)
                        .compose(outcomes -> transaction.commit().map(outcomes))
                        .recover(error -> rollback(transaction, error)))
                .eventually(connection::close));
    }

    private Future<Map<Work, Outcome>> inTransaction(SqlConnection connection, List<Work> works) {
        Map<String, Work> firsts = new LinkedHashMap<>();
        Map<Work, Outcome> outcomes = new LinkedHashMap<>();
        for (Work work : works) {
            if (firsts.putIfAbsent(work.eventId(), work) != null) {
                outcomes.put(work, Outcome.DUPLICATE);
            }
        }
        return fresh(connection, firsts, outcomes)
                .compose(fresh -> sequences.current(connection, fresh, outcomes))
                .compose(current -> markSuperseded(connection, outcomes).map(current))
                .compose(current -> {
                    current.forEach(work -> outcomes.put(work, Outcome.APPLIED));
                    return current.isEmpty() ? Future.<Void>succeededFuture() : handle(connection, current);
                })
                .map(outcomes);
    }

    /** The works whose identity is new; the outcomes of the others are noted. */
    private Future<List<Work>> fresh(SqlConnection connection, Map<String, Work> firsts, Map<Work, Outcome> outcomes) {
        if (traits.identity() == Identity.NATURAL_KEY) {
            return Future.succeededFuture(List.copyOf(firsts.values()));
        }
        return inbox.claim(connection, firsts.keySet()).compose(claimed -> {
            List<Work> fresh = new ArrayList<>(claimed.size());
            Future<Void> repeats = Future.succeededFuture();
            for (Work work : firsts.values()) {
                if (claimed.contains(work.eventId())) {
                    fresh.add(work);
                } else {
                    repeats = repeats.compose(ignored -> inbox.find(connection, work.eventId()))
                            .onSuccess(found -> outcomes.put(work,
                                    found.orElse(Outcome.APPLIED) == Outcome.DEAD ? Outcome.DEAD : Outcome.DUPLICATE))
                            .mapEmpty();
                }
            }
            return repeats.map(ignored -> fresh);
        });
    }

    private Future<Void> markSuperseded(SqlConnection connection, Map<Work, Outcome> outcomes) {
        Set<String> superseded = new TreeSet<>();
        outcomes.forEach((work, outcome) -> {
            if (outcome == Outcome.SUPERSEDED) {
                superseded.add(work.eventId());
            }
        });
        return superseded.isEmpty() || traits.identity() == Identity.NATURAL_KEY
                ? Future.succeededFuture()
                : inbox.mark(connection, superseded, Outcome.SUPERSEDED);
    }

    private Future<Void> handle(SqlConnection connection, List<Work> works) {
        List<Event> events = works.stream().map(Work::event).toList();
        Future<Void> run = Future.succeededFuture().compose(start -> handler instanceof BatchHandler batch
                ? batch.handle(connection, events).mapEmpty()
                : oneByOne((EventHandler) handler, connection, events));
        return run.timeout(handlerTimeout.toMillis(), TimeUnit.MILLISECONDS).recover(error -> {
            if (error instanceof TimeoutException && connection instanceof PgConnection postgres) {
                return postgres.cancelRequest().transform(ignored -> Future.failedFuture(error));
            }
            return Future.failedFuture(error);
        });
    }

    private static Future<Void> oneByOne(EventHandler handler, SqlConnection connection, List<Event> events) {
        Future<Void> all = Future.succeededFuture();
        for (Event event : events) {
            all = all.compose(previous -> handler.handle(connection, event).mapEmpty());
        }
        return all;
    }

    private static <T> Future<T> rollback(Transaction transaction, Throwable error) {
        return transaction.rollback().timeout(ROLLBACK_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .transform(ignored -> Future.failedFuture(error));
    }
}
