package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider.Identity;
import dev.sluice.api.HandlerProvider.Isolation;
import dev.sluice.api.HandlerProvider.Traits;
import dev.sluice.api.PushHandler;
import dev.sluice.event.Outcome;
import dev.sluice.store.Inbox;
import dev.sluice.trace.LogScope;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The effect of a batch and the identities of its events, in one PostgreSQL transaction: all of it, or nothing.
 *
 * <p>Order of its statements: the inbox (a repeat ends here), the sequences (a state that is out of date ends here), the
 * handler, the rows of what was parked, the commit. A commit whose answer was lost is not known; running the batch again finds what it did.
 */
final class EffectTransaction implements Effects {

    private static final Logger LOG = LoggerFactory.getLogger(EffectTransaction.class);
    /** For the statements that are not the handler's. */
    private static final Duration OWN_STATEMENTS = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final PgTransactions transactions;
    private final Handler handler;
    private final Traits traits;
    private final Inbox inbox;
    private final ParkedEvents parkedEvents;
    private final SequencePolicy sequences;
    private final Duration handlerTimeout;
    private final HandlerWatch watch;
    private final String group;
    /** Null for a handler that works in the transaction. */
    private final PushEffect push;

    EffectTransaction(Vertx vertx, PgTransactions transactions, Handler handler, Traits traits, String group, SequencePolicy sequences,
                      Delivery delivery, Duration handlerTimeout, HandlerWatch watch) {
        this.vertx = vertx;
        this.group = group;
        this.watch = watch;
        this.transactions = transactions;
        this.handler = handler;
        this.traits = traits;
        this.inbox = new Inbox(group);
        this.parkedEvents = new ParkedEvents(group);
        this.sequences = sequences;
        this.handlerTimeout = handlerTimeout;
        this.push = handler instanceof PushHandler pushing ? new PushEffect(transactions, pushing, delivery, group,
                handlerTimeout, OWN_STATEMENTS, watch) : null;
    }

    /**
     * @param works readable ones; several may have the same identity
     * @return each work's outcome (APPLIED, DUPLICATE, SUPERSEDED, PARKED, or DEAD when the inbox has it as dead), committed;
     *         failed when nothing is known to be committed
     */
    @Override
    public Future<Map<Work, Outcome>> apply(List<Work> works) {
        return apply(works, UnaryOperator.identity());
    }

    /** @param watching all statements go through it */
    Future<Map<Work, Outcome>> apply(List<Work> works, UnaryOperator<SqlConnection> watching) {
        if (traits.needsEntity()) {
            for (Work work : works) {
                try {
                    work.event().requireEntity();
                    work.event().requireSequence();
                } catch (RuntimeException missing) {
                    work.suspect(true);
                    return Future.failedFuture(missing);
                }
            }
        }
        if (push != null) {
            return push.apply(works, watching);
        }
        return transactions.run(handlerTimeout.plus(OWN_STATEMENTS), watching,
                transaction -> isolated(transaction).compose(ready -> inTransaction(transaction, works)));
    }

    /** Only before its first query can a transaction be told how it is to see others. */
    private Future<?> isolated(PgTransaction transaction) {
        return traits.isolation() == Isolation.SERIALIZABLE
                ? transaction.connection().query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE").execute()
                : Future.succeededFuture();
    }

    private Future<Map<Work, Outcome>> inTransaction(PgTransaction transaction, List<Work> works) {
        Map<Work, Outcome> outcomes = new LinkedHashMap<>();
        List<Work> parked = works.stream().filter(Work::isParked).toList();
        if (parked.isEmpty()) {
            return effects(transaction, works, outcomes);
        }
        return stillParked(transaction.connection(), parked, outcomes)
                .compose(gone -> effects(transaction, works.stream().filter(work -> !gone.contains(work)).toList(), outcomes))
                .compose(known -> unpark(transaction.connection(), parked, outcomes));
    }

    /** Locks the rows. @return those that have none any more: another owner has brought them to an outcome */
    private Future<Set<Work>> stillParked(SqlConnection connection, List<Work> works, Map<Work, Outcome> outcomes) {
        Set<Work> gone = new HashSet<>();
        Future<Void> all = Future.succeededFuture();
        for (List<Work> of : byPartition(works)) {
            all = all.compose(previous -> parkedEvents.lock(connection, of.get(0), of)).map(there -> {
                of.stream().filter(work -> !there.contains(work.record().offset())).forEach(work -> {
                    gone.add(work);
                    outcomes.put(work, Outcome.DUPLICATE);
                });
                return null;
            });
        }
        return all.map(gone);
    }

    /** A row goes with its event's outcome; that of a dead one waits for the letter, that of one in a gap for what is missing. */
    private Future<Map<Work, Outcome>> unpark(SqlConnection connection, List<Work> parked, Map<Work, Outcome> outcomes) {
        Future<?> all = Future.succeededFuture();
        for (List<Work> of : byPartition(parked.stream().filter(work -> outcomes.get(work) != Outcome.DEAD
                && outcomes.get(work) != Outcome.PARKED).toList())) {
            all = all.compose(previous -> parkedEvents.remove(connection, of.get(0), of));
        }
        return all.map(outcomes);
    }

    private static Collection<List<Work>> byPartition(List<Work> works) {
        return works.stream().collect(Collectors.groupingBy(Work::partition, LinkedHashMap::new, Collectors.toList())).values();
    }

    private Future<Map<Work, Outcome>> effects(PgTransaction transaction, List<Work> works, Map<Work, Outcome> outcomes) {
        if (traits.identity() == Identity.NATURAL_KEY) {
            return effect(transaction, works, outcomes);
        }
        Map<String, Work> firsts = new LinkedHashMap<>();
        List<Work> copies = new ArrayList<>();
        for (Work work : works) {
            if (firsts.putIfAbsent(work.eventId(), work) != null) {
                copies.add(work);
            }
        }
        return fresh(transaction.connection(), firsts, outcomes)
                .compose(fresh -> effect(transaction, fresh, outcomes))
                .map(done -> {
                    copies.forEach(copy -> outcomes.put(copy, ofCopy(outcomes.get(firsts.get(copy.eventId())))));
                    return outcomes;
                });
    }

    /** That of a dead one waits for the letter as the first does: until that is there, the event has no durable outcome. */
    private static Outcome ofCopy(Outcome first) {
        return first == Outcome.DEAD ? Outcome.DEAD : Outcome.DUPLICATE;
    }

    private Future<Map<Work, Outcome>> effect(PgTransaction transaction, List<Work> fresh, Map<Work, Outcome> outcomes) {
        SqlConnection connection = transaction.connection();
        return sequences.current(connection, fresh, outcomes)
                .compose(current -> markSuperseded(connection, outcomes).map(current))
                .compose(current -> {
                    current.forEach(work -> outcomes.put(work, Outcome.APPLIED));
                    return current.isEmpty() ? Future.<Void>succeededFuture() : handle(transaction, current);
                })
                .map(outcomes);
    }

    /** The works whose identity is new; the outcomes of the others are noted. */
    private Future<List<Work>> fresh(SqlConnection connection, Map<String, Work> firsts, Map<Work, Outcome> outcomes) {
        return repeats(connection, firsts).compose(repeats -> {
            List<Work> fresh = new ArrayList<>(firsts.size());
            firsts.forEach((eventId, work) -> {
                if (!repeats.contains(eventId)) {
                    fresh.add(work);
                }
            });
            if (repeats.isEmpty()) {
                return Future.succeededFuture(fresh);
            }
            return inbox.find(connection, repeats).map(found -> {
                repeats.stream().map(firsts::get).forEach(work -> outcomes.put(work,
                        found.getOrDefault(work.eventId(), Outcome.APPLIED) == Outcome.DEAD
                                && !work.isReplay() ? Outcome.DEAD : Outcome.DUPLICATE));
                return fresh;
            });
        });
    }

    /** A replay takes over the dead identity, and never a new one: nothing to turn means already done. */
    private Future<Set<String>> repeats(SqlConnection connection, Map<String, Work> firsts) {
        List<String> first = new ArrayList<>(firsts.size());
        List<String> replayed = new ArrayList<>();
        firsts.forEach((eventId, work) -> (work.isReplay() ? replayed : first).add(eventId));
        Future<Set<String>> repeats = inbox.repeats(connection, first.toArray(new String[0]));
        return replayed.isEmpty() ? repeats : repeats.compose(known -> inbox.revive(connection, replayed).map(revived -> {
            replayed.removeAll(revived);
            known.addAll(replayed);
            return known;
        }));
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

    /** The handler's run ends with its future, with its time, or with its connection, whichever is first. */
    private Future<Void> handle(PgTransaction transaction, List<Work> works) {
        SqlConnection connection = transaction.connection();
        Suspicion suspicion = new Suspicion();
        Promise<Void> ended = Promise.promise();
        long timer = vertx.setTimer(handlerTimeout.toMillis(), late -> {
            if (!ended.future().isComplete()) {
                transaction.abandon(); // before anything is rolled back
                ended.tryFail(new TimeoutException("handler " + watch.handler() + " has not ended within "
                        + handlerTimeout.toMillis() + " ms"));
                LOG.warn("group={} handler={} events={} eventId={} traceId={} The handler has not ended within {} ms; its "
                        + "transaction is rolled back", group, watch.handler(), works.size(), works.get(0).eventId(),
                        works.get(0).traceId(), handlerTimeout.toMillis());
            }
        });
        transaction.whenClosed(() -> ended.tryFail("the handler's connection is gone"));
        Future.succeededFuture().compose(start -> handler instanceof BatchHandler batch
                        ? watch.inside(() -> batch.handle(connection, works.stream().map(Work::event).toList()))
                        .<Void>mapEmpty()
                        : oneByOne((EventHandler) handler, connection, works, suspicion, ended.future()))
                .onSuccess(done -> ended.tryComplete())
                .onFailure(error -> {
                    if (error instanceof Error) {
                        LOG.error("group={} handler={} eventId={} traceId={} The handler threw an error: {}", group,
                                watch.handler(), works.get(0).eventId(), works.get(0).traceId(), error.toString(), error);
                    }
                    ended.tryFail(error);
                });
        return ended.future().onComplete(any -> {
            vertx.cancelTimer(timer);
            if (any.failed()) {
                suspicion.tell(works, any.cause());
            }
        });
    }

    /** @param ended once it is, nothing more starts */
    private Future<Void> oneByOne(EventHandler each, SqlConnection connection, List<Work> works, Suspicion suspicion,
                                  Future<Void> ended) {
        Future<Void> all = Future.succeededFuture();
        for (Work work : works) {
            all = all.compose(previous -> {
                if (ended.isComplete()) {
                    return ended;
                }
                suspicion.isOn(work.event());
                LogScope.turnTo(() -> work.logFields(group));
                return watch.inside(() -> each.handle(connection, work.event())).mapEmpty();
            });
        }
        return all;
    }
}
