package dev.sluice.consumer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The first records of a partition that was not handed over in order: what killed its owner may be among them. They run
 * in small portions, one portion at a time. What was in a portion when a process died, runs alone from then on. The trial
 * is over when the cause of the death is found, or nothing is left that can have been under way then. Pure.
 */
final class Trial {

    /** With no more records than this to look at, in all partitions on trial, each runs alone from the start. */
    static final int FEW = 250;
    static final int PORTION = 200;
    /** A conviction explains deaths that were known so long after it: the partitions of one member come one after the other. */
    static final long EXPLAINS_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final long from;
    private final long until;
    private final int inFlight;
    private final long begunNanos;
    /** By offset: deaths while it ran alone. */
    private final Map<Long, Integer> suspects;
    private final Deque<Work> waiting = new ArrayDeque<>();
    private int acquitted;
    private boolean explained;

    /**
     * @param from     where the records begin
     * @param until    the end of the partition when it was assigned: what came later killed nobody
     * @param inFlight events that can have been under way when the owner died
     * @param suspects left by earlier trials
     */
    Trial(long from, long until, int inFlight, Map<Long, Integer> suspects, long begunNanos) {
        this.from = from;
        this.until = until;
        this.inFlight = inFlight;
        this.begunNanos = begunNanos;
        this.suspects = new HashMap<>(suspects);
    }

    void add(Work work) {
        waiting.add(work);
    }

    int waiting() {
        return waiting.size();
    }

    /** Whether a process died on something that this trial is still to see. */
    boolean hasSuspects() {
        return suspects.keySet().stream().anyMatch(offset -> offset >= from);
    }

    /** An event is known to have killed its processes: there is no other death to explain, unless it was later. */
    void onConvicted(long atNanos) {
        explained |= begunNanos - atNanos < EXPLAINS_NANOS;
    }

    /** Whether what waits first need not be tried any more, nor anything behind it. */
    boolean isOver() {
        return !waiting.isEmpty() && !hasSuspects()
                && (explained || acquitted >= inFlight || waiting.peek().record().offset() >= until);
    }

    /** Whether so few records are on trial in all that each runs alone. */
    static boolean areFew(Collection<Trial> all) {
        return all.stream().mapToLong(trial -> trial.until - trial.from).sum() <= FEW;
    }

    /** @param few see {@link #areFew}. @return what runs next, together; a single one runs alone. Empty when nothing waits */
    List<Work> portion(boolean few) {
        List<Work> portion = new ArrayList<>();
        while (!waiting.isEmpty() && portion.size() < PORTION) {
            boolean alone = few || suspects.containsKey(waiting.peek().record().offset());
            if (alone && !portion.isEmpty()) {
                break;
            }
            portion.add(waiting.poll());
            if (alone) {
                break;
            }
        }
        return portion;
    }

    /** How often a work has been run alone before this trial, without an end. */
    int deathsAlone(Work work) {
        return suspects.getOrDefault(work.record().offset(), 0);
    }

    boolean isAlone(List<Work> portion) {
        return portion.size() == 1;
    }

    /** The process has survived them. @param fresh those that were not mere repeats */
    void onSurvived(List<Work> portion, int fresh) {
        portion.forEach(work -> suspects.remove(work.record().offset()));
        acquitted += fresh;
    }

    /** What was to be read again and is settled will not come any more; what is parked may, whenever it is due. */
    void onSettledBelow(long watermark) {
        suspects.keySet().removeIf(offset -> offset >= from && offset < watermark);
    }

    /** Takes all that waits: it goes its ordinary way. */
    List<Work> release() {
        List<Work> rest = new ArrayList<>(waiting);
        waiting.clear();
        return rest;
    }
}
