package dev.sluice.consumer;

import dev.sluice.api.PermanentFailure;
import dev.sluice.api.PushHandler;
import dev.sluice.event.Outcome;
import dev.sluice.store.Inbox;
import dev.sluice.trace.LogScope;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

import java.net.ConnectException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Pushes out of PostgreSQL, one after the other, and the note of them in the inbox; the push itself holds no connection.
 * At least once: the inbox is asked before and told after. At most once: it is told before, so that nobody else pushes the
 * event either, and a push that failed is not made again: it may have arrived.
 */
final class PushEffect {

    private final PgTransactions transactions;
    private final PushHandler handler;
    private final Delivery delivery;
    private final Inbox inbox;
    private final ParkedEvents parkedEvents;
    private final Duration handlerTimeout;
    private final Duration ownStatements;
    private final HandlerWatch watch;
    private final String group;

    PushEffect(PgTransactions transactions, PushHandler handler, Delivery delivery, String group,
               Duration handlerTimeout, Duration ownStatements, HandlerWatch watch) {
        this.transactions = transactions;
        this.handler = handler;
        this.delivery = delivery;
        this.inbox = new Inbox(group);
        this.parkedEvents = new ParkedEvents(group);
        this.handlerTimeout = handlerTimeout;
        this.ownStatements = ownStatements;
        this.watch = watch;
        this.group = group;
    }

    Future<Map<Work, Outcome>> apply(List<Work> works, UnaryOperator<SqlConnection> watching) {
        Future<Map<Work, Outcome>> all = Future.succeededFuture(new LinkedHashMap<>());
        for (Work work : works) {
            all = all.compose(outcomes -> (delivery == Delivery.AT_MOST_ONCE ? atMostOnce(work, watching)
                    : atLeastOnce(work, watching)).map(outcome -> {
                        outcomes.put(work, outcome);
                        return outcomes;
                    }));
        }
        return all;
    }

    private Future<Outcome> atLeastOnce(Work work, UnaryOperator<SqlConnection> watching) {
        return transactions.run(ownStatements, watching, asking -> known(asking.connection(), work))
                .compose(known -> known.isPresent() ? Future.succeededFuture(repeated(known.get()))
                        : push(work).compose(done -> transactions.run(ownStatements, watching,
                                telling -> taken(telling.connection(), work)
                                        .compose(told -> unpark(telling.connection(), work))))
                        .map(Outcome.APPLIED));
    }

    private Future<Outcome> atMostOnce(Work work, UnaryOperator<SqlConnection> watching) {
        Set<String> id = Set.of(work.eventId());
        return transactions.run(ownStatements, watching, telling -> claimed(telling.connection(), work))
                .compose(known -> known.isPresent() ? Future.succeededFuture(repeated(known.get()))
                        : push(work).map(Outcome.APPLIED).recover(error -> transactions.run(ownStatements, watching,
                                regretting -> inbox.giveBack(regretting.connection(), id))
                                .compose(given -> failed(error))));
    }

    /** @return empty when the event is this one's to push */
    private Future<Optional<Outcome>> claimed(SqlConnection connection, Work work) {
        Set<String> id = Set.of(work.eventId());
        return (work.isReplay() ? inbox.revive(connection, id) : inbox.claim(connection, id))
                .compose(fresh -> !fresh.isEmpty() ? Future.succeededFuture(Optional.<Outcome>empty())
                        : inbox.find(connection, work.eventId())
                                .map(known -> known.or(() -> Optional.of(Outcome.APPLIED))));
    }

    /** For good, but where nothing can have arrived. Without the cause, by which a rule could send it to the retries. */
    private static Future<Outcome> failed(Throwable error) {
        return Future.failedFuture(error instanceof ConnectException ? error
                : new PermanentFailure("pushed at most once, and that has failed: " + error));
    }

    private static Outcome repeated(Outcome known) {
        return known == Outcome.DEAD ? Outcome.DEAD : Outcome.DUPLICATE;
    }

    private Future<?> push(Work work) {
        LogScope.turnTo(() -> work.logFields(group));
        return Future.succeededFuture().compose(start -> watch.inside(() ->
                handler.push(work.event()).timeout(handlerTimeout.toMillis(), TimeUnit.MILLISECONDS)));
    }

    /** A replay turns the dead identity; where there is none, it takes its own. */
    private Future<?> taken(SqlConnection connection, Work work) {
        Set<String> id = Set.of(work.eventId());
        return (work.isReplay() ? inbox.revive(connection, id) : Future.succeededFuture())
                .compose(revived -> inbox.claim(connection, id));
    }

    /** Of a replay, being dead is no outcome: it is what the replay is for. */
    private Future<Optional<Outcome>> known(SqlConnection connection, Work work) {
        return inbox.find(connection, work.eventId())
                .map(known -> known.filter(outcome -> outcome != Outcome.DEAD || !work.isReplay()))
                .compose(known -> known.isPresent() && known.get() != Outcome.DEAD
                        ? unpark(connection, work).map(known) : Future.succeededFuture(known));
    }

    private Future<Void> unpark(SqlConnection connection, Work work) {
        return work.isParked() ? parkedEvents.remove(connection, work, List.of(work)).mapEmpty()
                : Future.succeededFuture();
    }
}
