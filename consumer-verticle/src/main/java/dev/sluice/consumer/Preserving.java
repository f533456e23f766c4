package dev.sluice.consumer;

import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.event.Outcome;
import dev.sluice.event.Topics;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * They wait behind it. A failed event and every later one of its lane get a row each before their offsets settle; the
 * owner of the partition runs them, in the order of offsets, and opens the lane when no row is left. Who takes the
 * partition over finds the rows before it reads on.
 *
 * <p>A replaced owner that doesn't know it can only add rows at or above the offset where its successor began: the
 * successor reads those events itself, so it leaves such rows alone until it has passed them ({@link #sweep}).
 */
final class Preserving implements Succession {

    private static final Logger LOG = LoggerFactory.getLogger(Preserving.class);
    /** Works made of rows that may be under way: with the limits of {@link ParkedEvents} a bound in bytes. */
    private static final int RUNNING = 256;
    private static final int LANES_AT_ONCE = 16;
    private static final long AGAIN_MILLIS = 200;
    private static final long SWEEP_MILLIS = 30_000;

    /** Names, in rules and headers, an event that came when too many of its entity waited already. Never thrown. */
    static final class LaneFull {
        private LaneFull() {
        }
    }

    private static final String NOT_TRIED = "not tried yet: most events of its kind fail now";

    private final Vertx vertx;
    private final SqlClient postgres;
    private final String group;
    private final ParkedEvents rows;
    private final Durably durably;
    private final LaneWrites writes;
    private final LaneKeys laneKeys;
    private final int limit;
    private final Consumer<List<Work>> run;
    private final BlockedLanes lanes = new BlockedLanes();
    private final Set<AssignedPartition> partitions = new HashSet<>();
    /** Works that have failed, and what becomes of them is not durable yet. */
    private final Set<Work> deciding = new HashSet<>();
    private volatile int parked;
    private long sweepTimer;
    private long timer = -1;
    private long timerMillis = Long.MAX_VALUE;

    /**
     * @param limit events that may wait in one lane; what comes then is a dead letter
     * @param run   takes works that were made of rows, in the order of their lanes
     */
    Preserving(Vertx vertx, SqlClient postgres, String group, Durably durably, Ordering ordering, int limit, Consumer<List<Work>> run) {
        this.vertx = vertx;
        this.postgres = postgres;
        this.group = group;
        this.rows = new ParkedEvents(group);
        this.durably = durably;
        this.writes = new LaneWrites(vertx, durably, postgres, rows);
        this.laneKeys = new LaneKeys(ordering);
        this.limit = limit;
        this.run = run;
    }

    @Override
    public void start() {
        sweepTimer = vertx.setPeriodic(SWEEP_MILLIS, now -> sweep());
    }

    @Override
    public void stop() {
        vertx.cancelTimer(sweepTimer);
        vertx.cancelTimer(timer);
    }

    @Override
    public int parked() {
        return parked;
    }

    @Override
    public Future<Void> onAssigned(AssignedPartition partition, long position) {
        if (Topics.isRetry(partition.topicPartition().topic())) {
            return Future.succeededFuture();
        }
        return durably.run(() -> rows.lanes(postgres, partition, position), partition::isClosed).map(found -> {
            partitions.add(partition);
            onFound(partition, found);
            return null;
        });
    }

    private void onFound(AssignedPartition partition, List<ParkedEvents.Waiting> found) {
        if (!partition.isClosed()) {
            found.forEach(lane -> lanes.onFound(partition, lane.lane(), lane.events(), lane.dueMillis()));
            if (!found.isEmpty()) {
                LOG.info("group={} topic={} partition={} {} entities wait in parked_events", group,
                        partition.topicPartition().topic(), partition.topicPartition().partition(), found.size());
            }
        }
        onChanged();
    }

    /** Looks for rows of which this owner does not know, below what it has settled: they are a replaced owner's. */
    private void sweep() {
        forgetClosed();
        for (AssignedPartition partition : partitions) {
            durably.once(() -> rows.lanes(postgres, partition, partition.watermark()))
                    .onSuccess(found -> onFound(partition, found.stream()
                            .filter(lane -> !lanes.isBlocked(partition, lane.lane())).toList()))
                    .onFailure(error -> LOG.debug("group={} parked_events not read: {}", group, error.toString()));
        }
    }

    private void forgetClosed() {
        partitions.removeIf(partition -> {
            if (partition.isClosed()) {
                lanes.forget(partition);
            }
            return partition.isClosed();
        });
    }

    @Override
    public Turn turnOf(Work work) {
        if (lanes.isEmpty() && !work.isParked() || deciding.contains(work)) {
            return Turn.RUN;
        }
        ByteBuffer lane = laneKeys.laneOf(work);
        if (work.isInGap()) {
            return lane != null && lanes.isBlocked(work.partition(), lane) ? Turn.LET_GO : Turn.RUN;
        }
        if (work.isParked()) {
            return lanes.mayRun(work.partition(), lane) ? Turn.RUN : Turn.LET_GO;
        }
        if (lane == null || !lanes.isBlocked(work.partition(), lane)) {
            return Turn.RUN;
        }
        if (lanes.parkedIn(work.partition(), lane) >= limit) {
            return Turn.REFUSE;
        }
        lanes.onArriving(work.partition(), lane);
        return Turn.PARK;
    }

    @Override
    public Future<Map<Work, ErrorInfo>> park(List<Work> works) {
        List<ByteBuffer> of = works.stream().map(laneKeys::laneOf).toList();
        return durably.run(() -> rows.parkBehind(postgres, works, of), works.get(0).partition()::isClosed).<Map<Work, ErrorInfo>>map(done -> {
            works.forEach(work -> lanes.onArrived(work.partition(), laneKeys.laneOf(work), true));
            onChanged();
            return Map.of();
        }).recover(error -> works.size() == 1 ? refused(works.get(0), error) : oneByOne(works));
    }

    private Future<Map<Work, ErrorInfo>> refused(Work work, Throwable error) {
        lanes.onArrived(work.partition(), laneKeys.laneOf(work), false);
        return work.isAbandoned() ? Future.failedFuture(error) : Future.succeededFuture(Map.of(work, ErrorInfo.of(error)));
    }

    private Future<Map<Work, ErrorInfo>> oneByOne(List<Work> works) {
        Map<Work, ErrorInfo> refused = new HashMap<>();
        Future<Void> all = Future.succeededFuture();
        for (Work work : works) {
            all = all.compose(previous -> park(List.of(work)).map(one -> {
                refused.putAll(one);
                return null;
            }));
        }
        return all.map(refused);
    }

    @Override
    public RouteFailure.Order onFailed(Work work, Verdict verdict) {
        ByteBuffer lane = laneKeys.laneOf(work);
        if (lane == null) {
            return RouteFailure.Order.RELAXED;
        }
        if ((work.isParked() || verdict != Verdict.PERMANENT && verdict != Verdict.POISON) && !work.isAbandoned()) {
            if (deciding.add(work)) {
                lanes.onHeadFailed(work.partition(), lane);
            }
        }
        return work.isParked() && work.parked().blocked() ? RouteFailure.Order.BLOCKED : RouteFailure.Order.PRESERVED;
    }

    @Override
    public Future<Boolean> keep(Work work, Routed.Park park, ErrorInfo error) {
        return keep(work, park.retry(), park.dueMillis(), error.message());
    }

    private Future<Boolean> keep(Work work, int attempts, long dueMillis, String error) {
        ByteBuffer lane = laneKeys.laneOf(work);
        return writes.tryAgain(new ParkedEvents.Again(work, lane, attempts, dueMillis, error)).map(kept -> {
            if (deciding.remove(work)) {
                if (kept) {
                    lanes.onHeadParked(work.partition(), lane, !isOfLane(work), dueMillis);
                } else {
                    lanes.onHeadGone(work.partition(), lane, isOfLane(work));
                }
                onChanged();
            }
            return kept;
        });
    }

    @Override
    public boolean setsAside() {
        return true;
    }

    @Override
    public boolean maySetAside(Work work) {
        return !work.isParked() && laneKeys.laneOf(work) != null;
    }

    @Override
    public Future<Boolean> setAside(Work work) {
        onFailed(work, Verdict.TRANSIENT);
        return keep(work, 0, System.currentTimeMillis(), NOT_TRIED);
    }

    @Override
    public Future<Void> onGone(Work work, boolean dead) {
        ByteBuffer lane = laneKeys.laneOf(work);
        if (!deciding.contains(work)) {
            return Future.succeededFuture();
        }
        return (dead ? writes.bury(new ParkedEvents.Dead(work, lane)) : writes.remove(work)).map(done -> {
            if (deciding.remove(work)) {
                lanes.onHeadGone(work.partition(), lane, isOfLane(work));
                onChanged();
            }
            return null;
        });
    }

    @Override
    public void onCommitted(Work work, Outcome outcome) {
        if (isOfLane(work)) {
            lanes.onRowDeleted(work.partition(), laneKeys.laneOf(work));
        }
    }

    @Override
    public void onEnded(Work work) {
        if (lanes.isEmpty() && !work.isParked() && deciding.isEmpty()) {
            return;
        }
        ByteBuffer lane = laneKeys.laneOf(work);
        if (deciding.remove(work) && !work.isAbandoned()) {
            lanes.onHeadGone(work.partition(), lane, isOfLane(work));
        }
        if (lane != null) {
            lanes.onEnded(work.partition(), lane, isOfLane(work));
        }
        onChanged();
    }

    /** What it waits for is told by nobody: the next lane's time is. */
    private void onChanged() {
        forgetClosed();
        parked = lanes.parked();
        long due = lanes.running() < RUNNING ? lanes.nextDueMillis().orElse(Long.MAX_VALUE) : Long.MAX_VALUE;
        if (due < timerMillis) {
            vertx.cancelTimer(timer);
            timerMillis = due;
            timer = vertx.setTimer(Math.max(1, due - System.currentTimeMillis()), now -> {
                timerMillis = Long.MAX_VALUE;
                load();
            });
        }
    }

    private void load() {
        forgetClosed();
        List<BlockedLanes.Due> due = lanes.due(System.currentTimeMillis(), LANES_AT_ONCE);
        due.stream().collect(Collectors.groupingBy(BlockedLanes.Due::partition)).forEach((partition, of) -> {
            List<ByteBuffer> keys = of.stream().map(BlockedLanes.Due::lane).toList();
            durably.once(() -> rows.heads(postgres, partition, keys))
                    .onSuccess(heads -> onLoaded(partition, keys, heads))
                    .onFailure(error -> {
                        long again = System.currentTimeMillis() + AGAIN_MILLIS;
                        keys.forEach(lane -> lanes.onNotLoaded(partition, lane, again));
                        onChanged();
                    });
        });
        onChanged();
    }

    private void onLoaded(AssignedPartition partition, List<ByteBuffer> keys, List<ParkedEvents.Head> heads) {
        if (partition.isClosing()) {
            onChanged();
            return;
        }
        Map<ByteBuffer, Integer> works = new HashMap<>();
        Map<ByteBuffer, Long> later = new HashMap<>();
        List<Work> all = new ArrayList<>(heads.size());
        long now = System.currentTimeMillis();
        for (ParkedEvents.Head head : heads) {
            if (!works.containsKey(head.lane()) && head.dueMillis() > now) { // another owner has tried it meanwhile
                later.putIfAbsent(head.lane(), head.dueMillis());
            }
            if (later.containsKey(head.lane())) {
                continue;
            }
            all.add(ParkedEvents.workOf(head, partition, Work.Reason.LANE));
            works.merge(head.lane(), 1, Integer::sum);
        }
        for (ByteBuffer lane : keys) {
            if (later.containsKey(lane)) {
                lanes.onNotLoaded(partition, lane, later.get(lane));
            } else {
                lanes.onLoaded(partition, lane, works.getOrDefault(lane, 0));
            }
        }
        run.accept(all);
        onChanged();
    }

    /** Its row is counted in its lane. */
    private static boolean isOfLane(Work work) {
        return work.isParked() && !work.isInGap();
    }
}
