package dev.sluice.consumer;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The order of events: a lane's works run one batch at a time, different lanes in parallel. With ordering {@code key}
 * the lane is the record key's bytes; a record without key has a lane to itself. A lane stays blocked until every work
 * that was taken from it has ended, even when its partition has gone to another instance and come back meanwhile.
 *
 * <p>Not thread-safe: the event loop's.
 */
final class KeyLanes {

    /** Works of one lane. It is in {@link #ready} exactly when it has waiting works and none running. */
    static final class Lane {
        private final Object key;
        /** Those that wait, chained by {@link Work#behind()}: most lanes hold one or two. Null when there is none. */
        private Work first;
        private Work last;
        private int running;

        private Lane(Object key) {
            this.key = key;
        }

        private void add(Work work) {
            if (first == null) {
                first = work;
            } else {
                last.queue(work);
            }
            last = work;
        }

        private Work poll() {
            Work polled = first;
            first = polled.behind();
            polled.queue(null);
            return polled;
        }

        private void dropAbandoned(List<Work> dropped) {
            Work all = first;
            first = null;
            while (all != null) {
                Work work = all;
                all = all.behind();
                work.queue(null);
                if (work.isAbandoned()) {
                    dropped.add(work);
                } else {
                    add(work);
                }
            }
        }

        private boolean holds(AssignedPartition partition) {
            Work work = first;
            while (work != null && work.partition() != partition) {
                work = work.behind();
            }
            return work != null;
        }
    }

    private final Ordering ordering;
    private final Map<Object, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private int waiting;
    private int waitingRows;

    KeyLanes(Ordering ordering) {
        this.ordering = ordering;
    }

    void add(Work work) {
        Object key = laneOf(work);
        Lane lane = lanes.computeIfAbsent(key, Lane::new);
        lane.add(work);
        waiting++;
        waitingRows += work.isParked() ? 1 : 0;
        if (lane.running == 0 && lane.first == work) {
            ready.add(lane);
        }
    }

    boolean hasReady() {
        return !ready.isEmpty();
    }

    /** Works not taken yet. */
    int waiting() {
        return waiting;
    }

    /** Those of them that come from {@code parked_events}. */
    int waitingRows() {
        return waitingRows;
    }

    /** Whether a work of the partition waits. */
    boolean holds(AssignedPartition partition) {
        return lanes.values().stream().anyMatch(lane -> lane.holds(partition));
    }

    /** When the work that has waited longest was polled; empty when none waits. */
    OptionalLong oldestNanos() {
        return lanes.values().stream().filter(lane -> lane.first != null).mapToLong(lane -> lane.first.polledNanos()).min();
    }

    /** The work that waits longest in its lane, of the lane that is next; null when none is ready. */
    Work next() {
        return ready.isEmpty() ? null : ready.peek().first;
    }

    /** Takes up to {@code max} works of ready lanes, each lane's in order, and blocks those lanes. */
    List<Work> take(int max) {
        List<Work> batch = new ArrayList<>(Math.min(max, waiting));
        while (batch.size() < max && !ready.isEmpty()) {
            Lane lane = ready.poll();
            while (batch.size() < max && lane.first != null) {
                Work work = lane.poll();
                lane.running++;
                work.takenFrom(lane);
                waitingRows -= work.isParked() ? 1 : 0;
                batch.add(work);
            }
        }
        waiting -= batch.size();
        return batch;
    }

    /** A work that was taken has ended, settled or not. Its lane opens with the last one. */
    void release(Work work) {
        Lane lane = work.lane();
        work.takenFrom(null);
        if (lane == null) {
            throw new IllegalStateException(work.record() + " was not taken, or released before");
        }
        if (--lane.running == 0) {
            if (lane.first == null) {
                lanes.remove(lane.key);
            } else {
                ready.add(lane);
            }
        }
    }

    /** Forgets what waits and is abandoned. @return it */
    List<Work> dropAbandoned() {
        List<Work> dropped = new ArrayList<>();
        for (Iterator<Lane> each = lanes.values().iterator(); each.hasNext(); ) {
            Lane lane = each.next();
            lane.dropAbandoned(dropped);
            if (lane.first == null && lane.running == 0) {
                ready.remove(lane);
                each.remove();
            }
        }
        waiting -= dropped.size();
        waitingRows -= (int) dropped.stream().filter(Work::isParked).count();
        return dropped;
    }

    private Object laneOf(Work work) {
        return switch (ordering) {
            case KEY -> work.record().key() == null ? work : ByteBuffer.wrap(work.record().key());
            case PARTITION -> work.partition().topicPartition();
            case UNORDERED -> work;
        };
    }
}
