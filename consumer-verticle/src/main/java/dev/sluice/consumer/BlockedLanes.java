package dev.sluice.consumer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/**
 * Which lanes are held back, since when their first event may be tried again, and how many events wait in each. A lane
 * is here from the failure of its head until nothing of it is parked any more; meanwhile what is read of it waits, too.
 *
 * <p>In one of three states: its rows are being run ({@code loaded} of them), the way of its failed head is being
 * decided, or it waits until it is due. Pure; event loop only.
 */
final class BlockedLanes {

    /** A lane to be loaded. */
    record Due(AssignedPartition partition, ByteBuffer lane) {
    }

    private record At(long dueMillis, AssignedPartition partition, ByteBuffer lane) {
    }

    private static final class Lane {
        /** Rows, as far as this owner knows; another may have deleted some. */
        private int parked;
        /** Rows that were added since the reading of its rows began: whoever reads may not see them. */
        private int added;
        /** Rows that are being written behind the others. */
        private int arriving;
        /** Works made of rows that have not ended. */
        private int running;
        /** Its rows are being read. */
        private boolean loading;
        /** Works that have failed, and it is not durable yet what becomes of them. */
        private int deciding;
        /** Nothing more of what runs may start: an earlier one has failed. */
        private boolean failed;
        private long dueMillis;
        /** It stands in the schedule for {@link #dueMillis}. */
        private boolean scheduled;

        private boolean isIdle() {
            return running == 0 && arriving == 0 && deciding == 0 && !loading;
        }
    }

    private final Map<AssignedPartition, Map<ByteBuffer, Lane>> lanes = new HashMap<>();
    /** May hold what is not due any more; who takes looks. */
    private final PriorityQueue<At> schedule = new PriorityQueue<>(Comparator.comparingLong(At::dueMillis));
    private int parked;
    private int running;

    /** Works made of rows that have not ended, in all lanes. */
    int running() {
        return running;
    }

    /** Nothing is held back. */
    boolean isEmpty() {
        return lanes.isEmpty();
    }

    /** Rows that wait, in all lanes. */
    int parked() {
        return parked;
    }

    int parkedIn(AssignedPartition partition, ByteBuffer key) {
        Lane lane = lane(partition, key);
        return lane == null ? 0 : lane.parked + lane.arriving;
    }

    boolean isBlocked(AssignedPartition partition, ByteBuffer key) {
        return lane(partition, key) != null;
    }

    /** Whether a parked work may start: none before it in its lane has failed. */
    boolean mayRun(AssignedPartition partition, ByteBuffer key) {
        Lane lane = lane(partition, key);
        return lane != null && !lane.failed;
    }

    /** Rows were found; nothing happens when the lane is known. */
    void onFound(AssignedPartition partition, ByteBuffer key, int events, long dueMillis) {
        if (lane(partition, key) == null) {
            Lane lane = make(partition, key);
            count(lane, events);
            schedule(partition, key, lane, dueMillis);
        }
    }

    /** A work has failed: nothing of its lane runs until {@link #onHeadParked} or {@link #onHeadGone} is told. */
    void onHeadFailed(AssignedPartition partition, ByteBuffer key) {
        Lane lane = make(partition, key);
        lane.deciding++;
        lane.failed = true;
        lane.scheduled = false;
    }

    /** @param isNew it had no row before */
    void onHeadParked(AssignedPartition partition, ByteBuffer key, boolean isNew, long dueMillis) {
        Lane lane = make(partition, key);
        lane.deciding--;
        lane.scheduled = false;
        lane.dueMillis = dueMillis;
        add(lane, isNew ? 1 : 0);
    }

    /** The failed work has an outcome. @param wasParked it had a row, which is deleted */
    void onHeadGone(AssignedPartition partition, ByteBuffer key, boolean wasParked) {
        Lane lane = lane(partition, key);
        if (lane != null) {
            lane.deciding--;
            lane.scheduled = false;
            lane.dueMillis = 0;
            count(lane, wasParked ? -1 : 0);
        }
    }

    /** A row was deleted, because its event has an outcome. */
    void onRowDeleted(AssignedPartition partition, ByteBuffer key) {
        Lane lane = lane(partition, key);
        if (lane != null) {
            count(lane, -1);
            lane.dueMillis = 0;
        }
    }

    /** A row is to be added behind the others. */
    void onArriving(AssignedPartition partition, ByteBuffer key) {
        make(partition, key).arriving++;
    }

    /** @param isParked the row was added; false when it can't be */
    void onArrived(AssignedPartition partition, ByteBuffer key, boolean isParked) {
        Lane lane = lane(partition, key);
        if (lane != null) {
            lane.arriving--;
            add(lane, isParked ? 1 : 0);
        }
    }

    /** Takes lanes whose time has come; each is to be told {@link #onLoaded} or {@link #onNotLoaded}. */
    List<Due> due(long nowMillis, int max) {
        List<Due> due = new ArrayList<>();
        while (due.size() < max && !schedule.isEmpty() && schedule.peek().dueMillis() <= nowMillis) {
            At at = schedule.poll();
            Lane lane = lane(at.partition(), at.lane());
            if (lane != null && lane.scheduled && lane.dueMillis == at.dueMillis()) {
                lane.scheduled = false;
                if (lane.isIdle()) {
                    lane.loading = true;
                    lane.added = 0;
                    due.add(new Due(at.partition(), at.lane()));
                }
            }
        }
        return due;
    }

    /** When the next lane may be due; empty when none waits. */
    OptionalLong nextDueMillis() {
        return schedule.isEmpty() ? OptionalLong.empty() : OptionalLong.of(schedule.peek().dueMillis());
    }

    /** @param works made of its first rows; 0 opens the lane, unless a row was added meanwhile */
    void onLoaded(AssignedPartition partition, ByteBuffer key, int works) {
        Lane lane = lane(partition, key);
        if (lane != null) {
            lane.loading = false;
            lane.failed = false;
            lane.running = works;
            running += works;
            if (works == 0 || works > lane.parked - lane.added) { // more: rows of a replaced owner are among them
                count(lane, works + lane.added - lane.parked);
            }
            goOn(partition, key, lane);
        }
    }

    void onNotLoaded(AssignedPartition partition, ByteBuffer key, long againMillis) {
        Lane lane = lane(partition, key);
        if (lane != null) {
            lane.loading = false;
            schedule(partition, key, lane, againMillis);
        }
    }

    /** A work of the lane has ended, whatever came of it. @param wasParked it was made of a row */
    void onEnded(AssignedPartition partition, ByteBuffer key, boolean wasParked) {
        Lane lane = lane(partition, key);
        if (lane != null) {
            lane.running -= wasParked ? 1 : 0;
            running -= wasParked ? 1 : 0;
            goOn(partition, key, lane);
        }
    }

    /** The partition is another's now. */
    void forget(AssignedPartition partition) {
        Map<ByteBuffer, Lane> gone = lanes.remove(partition);
        if (gone != null) {
            gone.values().forEach(lane -> {
                parked -= lane.parked;
                running -= lane.running;
            });
            schedule.removeIf(at -> at.partition() == partition);
        }
    }

    private void goOn(AssignedPartition partition, ByteBuffer key, Lane lane) {
        if (lane.isIdle()) {
            if (lane.parked <= 0) {
                count(lane, -lane.parked);
                Map<ByteBuffer, Lane> all = lanes.get(partition);
                all.remove(key);
                if (all.isEmpty()) {
                    lanes.remove(partition);
                }
            } else {
                schedule(partition, key, lane, lane.dueMillis);
            }
        }
    }

    private void schedule(AssignedPartition partition, ByteBuffer key, Lane lane, long dueMillis) {
        if (!lane.scheduled || lane.dueMillis != dueMillis) {
            lane.dueMillis = dueMillis;
            lane.scheduled = true;
            schedule.add(new At(dueMillis, partition, key));
        }
    }

    private void add(Lane lane, int rows) {
        lane.added += rows;
        count(lane, rows);
    }

    private void count(Lane lane, int more) {
        lane.parked += more;
        parked += more;
    }

    private Lane lane(AssignedPartition partition, ByteBuffer key) {
        Map<ByteBuffer, Lane> of = lanes.get(partition);
        return of == null ? null : of.get(key);
    }

    private Lane make(AssignedPartition partition, ByteBuffer key) {
        return lanes.computeIfAbsent(partition, any -> new HashMap<>()).computeIfAbsent(key, any -> new Lane());
    }
}
