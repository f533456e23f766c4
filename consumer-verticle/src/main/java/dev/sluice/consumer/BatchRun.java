package dev.sluice.consumer;

import dev.sluice.bus.Bus;
import dev.sluice.bus.RouteFailure.Order;
import dev.sluice.event.Decoded;
import dev.sluice.event.Outcome;
import dev.sluice.failure.AlreadyDead;
import dev.sluice.failure.DeadlyRecord;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.UndecodableRecord;
import dev.sluice.failure.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Brings every work of a batch to an outcome, or abandons it with its partition. A batch that fails is split before and
 * behind the event that is suspected, or halved where none is, until the guilty one stands alone, and what is of
 * {@link FailingKinds} runs alone from the first; an outage is nobody's failure and is waited out; a conflict is repeated
 * in place; what no rule knows is tried three times; the rest is the DLQ router's, and settles when that is durable.
 */
final class BatchRun {

    private static final Logger LOG = LoggerFactory.getLogger(BatchRun.class);
    private static final int CONFLICTS_IN_PLACE = 5;
    private static final int UNKNOWN_IN_PLACE = 3;
    private static final long ANOTHERS_MILLIS = 250;

    private final Vertx vertx;
    private final String group;
    private final Effects effects;
    private final FailureClassifier classifier;
    private final Routing routing;
    private final Succession succession;
    private final FailingKinds failingKinds = new FailingKinds();
    private final OneByOne apart;
    private final BiConsumer<Work, Outcome> onSettled;
    private final Consumer<Work> onEnded;

    /**
     * @param effects   waits while PostgreSQL is away, or fails with {@link Downstream.LookAgain}
     * @param room      works that may be set apart before what comes then waits untried
     * @param onSettled the outcome is durable
     * @param onEnded   nothing of the work runs any more, settled or abandoned: its lane may go on
     */
    BatchRun(Vertx vertx, String group, Effects effects, FailureClassifier classifier, Bus bus, Succession succession,
             int room, BiConsumer<Work, Outcome> onSettled, Consumer<Work> onEnded) {
        this.vertx = vertx;
        this.group = group;
        this.effects = effects;
        this.classifier = classifier;
        this.routing = new Routing(vertx, group, bus, succession, this::settle, this::end);
        this.succession = succession;
        this.apart = new OneByOne(room);
        this.onSettled = onSettled;
        this.onEnded = onEnded;
    }

    /** Whether another batch may come; the end of a work is when to ask again. */
    boolean hasRoom() {
        return apart.hasRoom() || succession.setsAside();
    }

    /** @return completes when nothing that was set apart runs any more */
    Future<Void> idle() {
        return apart.idle();
    }

    /** Never fails. Completes when each work has ended, is on its way to the router, or set apart: no batch waits for those. */
    Future<Void> run(List<Work> works) {
        List<Work> readable = new ArrayList<>(works.size());
        for (Work work : works) {
            if (work.decoded() instanceof Decoded.Undecodable undecodable) {
                routing.route(work, ErrorInfo.of(UndecodableRecord.class, undecodable.reason()), Order.RELAXED, 1, 0);
            } else if (work.decoded() instanceof Decoded.Deadly deadly) {
                routing.route(work, ErrorInfo.of(DeadlyRecord.class, deadly.deaths() + " processes died while it ran alone"),
                        succession.onFailed(work, Verdict.POISON), 1, 0);
            } else {
                readable.add(work);
            }
        }
        return attempt(readable, Failures.none(), this::setApart);
    }

    /** Where too many are apart already, they wait in PostgreSQL, untried, and what comes behind them does. */
    private Future<Void> setApart(FailingKinds.Parts parts) {
        Set<KeyLanes.Lane> aside = new HashSet<>();
        if (!apart.hasRoom()) {
            parts.firsts().stream().filter(succession::maySetAside).forEach(first -> aside.add(first.lane()));
        }
        Map<Boolean, List<Work>> firsts = parts.firsts().stream().collect(Collectors.partitioningBy(work -> aside.contains(work.lane())));
        Map<Boolean, List<Work>> behind = parts.behind().stream().collect(Collectors.partitioningBy(work -> aside.contains(work.lane())));
        if (!firsts.get(false).isEmpty()) {
            FailingKinds.Parts now = new FailingKinds.Parts(List.of(), firsts.get(false), behind.get(false));
            apart.add(now.firsts().size() + now.behind().size(), () -> oneByOne(now));
        }
        firsts.get(true).forEach(this::setAside);
        return attempt(behind.get(true), Failures.none());
    }

    private void setAside(Work work) {
        succession.setAside(work).onSuccess(kept -> settle(work, kept ? Outcome.PARKED : Outcome.DUPLICATE)).onFailure(error -> {
            if (work.isAbandoned()) {
                end(work);
            } else {
                apart.add(1, () -> attempt(List.of(work), Failures.none()));
            }
        });
    }

    /** What happened to these very works so far. @param sinceNanos the first attempt */
    private record Failures(int conflicts, int unknown, long sinceNanos) {
        private static Failures none() {
            return new Failures(0, 0, System.nanoTime());
        }

        private Failures oneMoreConflict() {
            return new Failures(conflicts + 1, unknown, sinceNanos);
        }

        private Failures oneMoreUnknown() {
            return new Failures(conflicts, unknown + 1, sinceNanos);
        }

        private long withinMillis() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        }
    }

    /** A part of what is under way: what comes next may be of the same lanes, so it waits for all of this. */
    private Future<Void> attempt(List<Work> candidates, Failures soFar) {
        return attempt(candidates, soFar, this::oneByOne);
    }

    private Future<Void> attempt(List<Work> candidates, Failures soFar, Function<FailingKinds.Parts, Future<Void>> others) {
        List<Work> works = new ArrayList<>(candidates.size());
        List<Work> behind = new ArrayList<>();
        for (Work work : candidates) {
            if (work.isAbandoned()) {
                end(work);
            } else {
                switch (succession.turnOf(work)) {
                    case RUN -> works.add(work);
                    case PARK -> behind.add(work);
                    case LET_GO -> end(work);
                    case REFUSE -> routing.route(work, ErrorInfo.of(Preserving.LaneFull.class,
                            "too many events of its entity wait already"), Order.BLOCKED, 1, 0);
                    case EXPIRE -> routing.route(work, ErrorInfo.of(Strictly.GapNotFilled.class,
                            "an earlier event of its entity has not come"), Order.BLOCKED, 1, 0);
                }
            }
        }
        Future<Void> parked = park(behind);
        return works.isEmpty() ? parked : Future.join(parked, applyApart(works, soFar, others)).mapEmpty();
    }

    /** The healthy first; what mostly fails goes the way of the others. */
    private Future<Void> applyApart(List<Work> works, Failures soFar, Function<FailingKinds.Parts, Future<Void>> others) {
        FailingKinds.Parts parts = failingKinds.apart(works);
        if (parts.firsts().isEmpty()) {
            return apply(works, soFar);
        }
        Future<Void> healthy = parts.healthy().isEmpty() ? Future.succeededFuture() : apply(parts.healthy(), soFar);
        return healthy.compose(done -> others.apply(parts));
    }

    /** Each first one alone, and then what comes behind them in their lanes. */
    private Future<Void> oneByOne(FailingKinds.Parts parts) {
        Promise<Void> alone = Promise.promise();
        attemptEach(parts.firsts().iterator(), alone);
        return alone.future().compose(done -> parts.behind().isEmpty() ? Future.succeededFuture()
                : attempt(parts.behind(), Failures.none()));
    }

    /** One after the other. A chain of futures would be as deep as they are many when all are let go at once. */
    private void attemptEach(Iterator<Work> works, Promise<Void> done) {
        while (works.hasNext()) {
            Future<Void> one = attempt(List.of(works.next()), Failures.none());
            if (!one.isComplete()) {
                one.onComplete(ended -> attemptEach(works, done));
                return;
            }
        }
        done.complete();
    }

    /** Behind the failed event of their lane. Never fails: what can't be stored has failed by itself. */
    private Future<Void> park(List<Work> behind) {
        if (behind.isEmpty()) {
            return Future.succeededFuture();
        }
        return succession.park(behind).onSuccess(refused -> behind.forEach(work -> {
            if (refused.containsKey(work)) {
                routing.route(work, refused.get(work), Order.BLOCKED, 1, 0);
            } else {
                settle(work, Outcome.PARKED);
            }
        })).onFailure(givenUp -> behind.forEach(this::end)).<Void>mapEmpty().otherwiseEmpty();
    }

    private Future<Void> apply(List<Work> works, Failures soFar) {
        return effects.apply(works).transform(result -> {
            if (result.succeeded()) {
                result.result().forEach(this::onCommitted);
                return result.result().size() == works.size() ? Future.succeededFuture()
                        : later(ANOTHERS_MILLIS).compose(now -> attempt(without(works, result.result()), soFar));
            }
            if (result.cause() instanceof Downstream.LookAgain) {
                return attempt(works, soFar);
            }
            ErrorInfo error = ErrorInfo.of(result.cause());
            Verdict verdict = classifier.classify(error);
            return verdict == Verdict.OUTAGE ? attempt(works, soFar) : onFailed(works, error, verdict, soFar);
        });
    }

    /** Those that another owner has now. */
    private static List<Work> without(List<Work> works, Map<Work, Outcome> outcomes) {
        return works.stream().filter(work -> !outcomes.containsKey(work)).toList();
    }

    private void onCommitted(Work work, Outcome outcome) {
        if (outcome == Outcome.DEAD) {
            routing.route(work, ErrorInfo.of(AlreadyDead.class, AlreadyDead.MESSAGE),
                    succession.onFailed(work, Verdict.PERMANENT), 1, 0);
        } else {
            succession.onCommitted(work, outcome);
            if (outcome == Outcome.APPLIED) {
                failingKinds.onApplied(work);
            } else if (outcome == Outcome.DUPLICATE) {
                LOG.debug("group={} topic={} partition={} offset={} eventId={} traceId={} Recognised as a repeat", group,
                        work.record().topic(), work.record().partition(), work.record().offset(), work.eventId(),
                        work.traceId());
            }
            settle(work, outcome);
        }
    }

    private Future<Void> onFailed(List<Work> works, ErrorInfo error, Verdict verdict, Failures soFar) {
        if (verdict == Verdict.CONFLICT && soFar.conflicts() < CONFLICTS_IN_PLACE) {
            long jitter = ThreadLocalRandom.current().nextLong(10L << soFar.conflicts()) + 1;
            return later(jitter).compose(now -> attempt(works, soFar.oneMoreConflict()));
        }
        if (works.size() > 1) {
            Future<Void> parts = Future.succeededFuture();
            for (List<Work> part : Suspicion.split(works)) {
                parts = parts.compose(before -> attempt(part, Failures.none()));
            }
            return parts;
        }
        Failures now = soFar.oneMoreUnknown();
        if (verdict == Verdict.UNKNOWN && now.unknown() < UNKNOWN_IN_PLACE && now.withinMillis() < 1_000) {
            return attempt(works, now);
        }
        Work guilty = works.get(0);
        failingKinds.onFailed(guilty);
        routing.route(guilty, error, succession.onFailed(guilty, verdict), now.unknown(), now.withinMillis());
        return Future.succeededFuture();
    }

    private void settle(Work work, Outcome outcome) {
        work.settle();
        onSettled.accept(work, outcome);
        end(work);
    }

    private void end(Work work) {
        succession.onEnded(work);
        onEnded.accept(work);
    }

    private Future<Void> later(long millis) {
        return vertx.timer(millis).mapEmpty();
    }
}
