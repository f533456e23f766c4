package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds the event that kills the process, and spares its neighbours. Each {@link Trial}'s portion is written down before
 * it runs and struck out when it has ended, and of all partitions of the process only one portion runs at a time: so what
 * is still written down when a process starts was running when one died. An event that two processes did not survive
 * while nothing else was on trial is not run a third time: it is poison. Event loop only.
 */
final class Trials {

    private static final Logger LOG = LoggerFactory.getLogger(Trials.class);
    private static final String ONE_AT_A_TIME = "sluice.consumer.trial";
    /** When this process has convicted last, for all its groups: a process has died once, of one event. */
    private static final String CONVICTIONS = "sluice.consumer.convictions";
    private static final String LAST = "last";
    private static final long LOCK_MILLIS = 60_000;
    /** Deaths alone that convict. */
    private static final int DEATHS = 2;

    private final Vertx vertx;
    private final String group;
    private final TrialTable table;
    private final Durably durably;
    private final int inFlight;
    private final Consumer<List<Work>> start;
    private final Map<AssignedPartition, Trial> trials = new HashMap<>();
    private final Deque<AssignedPartition> turns = new ArrayDeque<>();
    /** What has started of the portion and not ended. */
    private final Set<Work> running = new HashSet<>();
    private List<Work> portion = List.of();
    private int fresh;
    private Lock lock;
    private boolean busy;

    /**
     * @param inFlight events that may be under way at once in a partition
     * @param start    takes works that may run, in the order of their offsets
     */
    Trials(Vertx vertx, String group, TrialTable table, Durably durably, int inFlight, Consumer<List<Work>> start) {
        this.vertx = vertx;
        this.group = group;
        this.table = table;
        this.durably = durably;
        this.inFlight = inFlight;
        this.start = start;
    }

    private Map<String, Long> convictions() {
        return vertx.sharedData().getLocalMap(CONVICTIONS);
    }

    /** Before the first record of a partition. @return never fails; waits as long as PostgreSQL is away */
    Future<Void> onAssigned(AssignedPartition partition, long position) {
        if (partition.suspectUntil() < 0) {
            return Future.succeededFuture();
        }
        return durably.run(() -> table.find(partition, position), partition::isClosed).<Void>map(suspects -> {
            trials.put(partition, new Trial(position, partition.suspectUntil(), inFlight, suspects, System.nanoTime()));
            if (!suspects.isEmpty()) {
                LOG.warn("group={} topic={} partition={} events={} A process died while these were on trial; each runs alone "
                        + "now", group, partition.topicPartition().topic(), partition.topicPartition().partition(),
                        suspects.size());
            }
            return null;
        }).otherwiseEmpty();
    }

    /** Passes works on to run, but for those of partitions on trial, which wait for their portion. */
    void accept(List<Work> works) {
        if (trials.isEmpty()) {
            start.accept(works);
            return;
        }
        start.accept(works.stream().filter(work -> !isOnTrial(work)).toList());
        next();
    }

    private boolean isOnTrial(Work work) {
        Trial trial = trials.get(work.partition());
        if (trial != null) {
            trial.add(work);
            if (trial.waiting() == 1) {
                takeTurn(work.partition(), trial);
            }
        }
        return trial != null;
    }

    /** Suspects come first: one that is innocent is so before the next death, and a guilty one delays the others least. */
    private void takeTurn(AssignedPartition partition, Trial trial) {
        if (trial.hasSuspects()) {
            turns.addFirst(partition);
        } else {
            turns.addLast(partition);
        }
    }

    /** Not handed on yet. */
    int waiting() {
        return trials.values().stream().mapToInt(Trial::waiting).sum();
    }

    /** Forgets what waits of closed partitions. @param dropped what had been started and was dropped before it ran */
    void dropAbandoned(List<Work> dropped) {
        dropped.forEach(this::onEnded);
        trials.keySet().removeIf(AssignedPartition::isClosed);
        turns.removeIf(AssignedPartition::isClosed);
    }

    void onSettled(Work work, Outcome outcome) {
        if (outcome != Outcome.DUPLICATE && running.contains(work)) {
            fresh++;
        }
    }

    void onEnded(Work work) {
        if (running.remove(work) && running.isEmpty()) {
            onPortionEnded();
        }
    }

    private void next() {
        while (!busy && !turns.isEmpty()) {
            AssignedPartition partition = turns.poll();
            Trial trial = trials.get(partition);
            if (trial == null || trial.waiting() == 0) {
                continue;
            }
            Long convicted = convictions().get(LAST);
            if (convicted != null) {
                trial.onConvicted(convicted);
            }
            if (trial.isOver()) {
                trials.remove(partition);
                LOG.debug("group={} partition={} The trial is over", group, partition);
                start.accept(trial.release());
                continue;
            }
            busy = true;
            alone().onSuccess(mine -> {
                lock = mine;
                begin(partition, trial);
            });
        }
    }

    /** However long another's portion takes. */
    private Future<Lock> alone() {
        return vertx.sharedData().getLocalLockWithTimeout(ONE_AT_A_TIME, LOCK_MILLIS).recover(late -> alone());
    }

    private void begin(AssignedPartition partition, Trial trial) {
        portion = trial.portion(Trial.areFew(trials.values()));
        fresh = 0;
        if (portion.isEmpty() || partition.isClosed()) {
            release();
            return;
        }
        Future<Integer> begun = trial.isAlone(portion)
                ? durably.run(() -> table.beginAlone(portion.get(0), trial.deathsAlone(portion.get(0)) + 1), partition::isClosed)
                : durably.run(() -> table.begin(portion).map(0), partition::isClosed);
        begun.onComplete(alone -> {
            if (partition.isClosed()) {
                strikeOut();
                return;
            }
            // What can't be written down (an identity that no text holds) is not tried: it runs as it is.
            List<Work> works = alone.succeeded() && alone.result() > DEATHS ? List.of(convicted(portion.get(0))) : portion;
            portion = works;
            running.addAll(works);
            start.accept(works);
        });
    }

    private Work convicted(Work work) {
        convictions().put(LAST, System.nanoTime());
        RawRecord record = work.record();
        LOG.error("group={} topic={} partition={} offset={} eventId={} traceId={} {} processes died while nothing but this "
                + "event was on trial; it goes to the poison letters without another attempt", group, record.topic(),
                record.partition(), record.offset(), work.eventId(), work.traceId(), DEATHS);
        return work.as(new Decoded.Deadly(work.eventId(), DEATHS));
    }

    private void onPortionEnded() {
        AssignedPartition partition = portion.get(0).partition();
        Trial trial = trials.get(partition);
        if (trial != null) {
            trial.onSurvived(portion, fresh);
            trial.onSettledBelow(partition.watermark());
            if (trial.waiting() > 0) {
                takeTurn(partition, trial);
            }
        }
        strikeOut();
    }

    /** Also for a partition that is another's now: they have killed nobody. */
    private void strikeOut() {
        List<Work> ended = portion;
        durably.run(() -> table.end(ended.get(0).partition(), ended), () -> false).onComplete(done -> release());
    }

    private void release() {
        portion = List.of();
        lock.release();
        lock = null;
        busy = false;
        next();
    }
}
