package dev.sluice.consumer;

import dev.sluice.api.RoutingKey;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.event.Decoded;
import dev.sluice.event.Outcome;
import dev.sluice.failure.ErrorInfo;
import dev.sluice.failure.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * As {@link Preserving}, and what {@link Strict} has parked in a gap runs when its turn has come. Whether it has,
 * PostgreSQL is asked: at once when an event of its entity has had its effect here, and every second, since the missing
 * one can be replayed elsewhere or given up. Event loop only.
 */
final class Strictly implements Succession {

    private static final Logger LOG = LoggerFactory.getLogger(Strictly.class);
    private static final long LOOK_MILLIS = 1_000;
    /** Every so many looks also where no gap is known: a replaced owner may have parked something. */
    private static final int LOOKS_A_SWEEP = 30;
    private static final int MOST_ENTITIES = 10_000;

    /** Names, in rules and headers, an event that waited too long for an earlier one of its entity. Never thrown. */
    static final class GapNotFilled {
        private GapNotFilled() {
        }
    }

    /** What is known of one partition. */
    private static final class Gaps {
        private GapRows.Count count = new GapRows.Count(0, 0);
        /** Entities, parked since the partition is ours, whose next event is a reason to look at once. */
        private final Set<String> entities = new HashSet<>();
        private int running;
        /** The log has told. */
        private boolean full;
        private boolean looking;
        /** Something has moved since the look began. */
        private boolean again;

        private boolean isBusy() {
            return looking || running > 0;
        }
    }

    private final Vertx vertx;
    private final SqlClient postgres;
    private final String group;
    private final Preserving lanes;
    private final GapRows rows;
    private final DeadSequences deadSequences;
    private final GapSettings settings;
    private final Durably durably;
    private final Consumer<List<Work>> run;
    private final Map<AssignedPartition, Gaps> partitions = new HashMap<>();
    private volatile GapRows.Count count = new GapRows.Count(0, 0);
    private long timer;
    private int looks;

    Strictly(Vertx vertx, SqlClient postgres, String group, Preserving lanes, GapRows rows, GapSettings settings,
             Durably durably, Consumer<List<Work>> run) {
        this.vertx = vertx;
        this.postgres = postgres;
        this.group = group;
        this.lanes = lanes;
        this.rows = rows;
        this.deadSequences = new DeadSequences(group);
        this.settings = settings;
        this.durably = durably;
        this.run = run;
    }

    @Override
    public void start() {
        lanes.start();
        timer = vertx.setPeriodic(LOOK_MILLIS, now -> look());
    }

    @Override
    public void stop() {
        vertx.cancelTimer(timer);
        lanes.stop();
    }

    @Override
    public int parked() {
        return lanes.parked() + (int) count.events();
    }

    @Override
    public int overdue() {
        return (int) count.overdue();
    }

    @Override
    public Future<Void> onAssigned(AssignedPartition partition, long position) {
        return lanes.onAssigned(partition, position).compose(done -> durably.run(
                () -> rows.count(postgres, partition, settings.deadline()), partition::isClosed)).map(found -> {
            Gaps gaps = new Gaps();
            partitions.put(partition, gaps);
            onCounted(partition, gaps, found);
            look(partition);
            return null;
        });
    }

    @Override
    public long roomInGaps(AssignedPartition partition) {
        Gaps gaps = partitions.get(partition);
        return gaps == null ? settings.maxWaiting() : settings.maxWaiting() - gaps.count.events();
    }

    private void look() {
        partitions.keySet().removeIf(AssignedPartition::isClosed);
        boolean all = looks++ % LOOKS_A_SWEEP == 0;
        partitions.forEach((partition, gaps) -> {
            if (all || gaps.count.events() > 0) {
                look(partition);
            }
        });
        sum();
    }

    private void look(AssignedPartition partition) {
        Gaps gaps = partitions.get(partition);
        if (gaps == null || partition.isClosing()) {
            return;
        }
        gaps.again = true;
        if (gaps.isBusy()) {
            return;
        }
        gaps.again = false;
        gaps.looking = true;
        durably.once(() -> rows.count(postgres, partition, settings.deadline()).compose(found -> {
            onCounted(partition, gaps, found);
            return found.events() == 0 ? Future.succeededFuture(List.<Work>of()) : load(partition, found);
        })).onComplete(loaded -> {
            gaps.looking = false;
            if (loaded.failed()) {
                LOG.debug("group={} parked_events not read: {}", group, loaded.cause().toString());
            } else if (!partition.isClosing()) {
                gaps.running = loaded.result().size();
                run.accept(loaded.result());
                goOn(partition, gaps);
            }
        });
    }

    private void onCounted(AssignedPartition partition, Gaps gaps, GapRows.Count found) {
        if (found.overdue() > gaps.count.overdue()) {
            LOG.warn("group={} topic={} partition={} events={} They have waited for a missing event of their entity "
                    + "for more than {} s", group, partition.topicPartition().topic(),
                    partition.topicPartition().partition(), found.overdue(), settings.deadline().toSeconds());
        }
        if (found.events() >= settings.maxWaiting() && !gaps.full) {
            LOG.warn("group={} topic={} partition={} events={} No more may wait for a missing event of their entity "
                    + "(consumer.gaps.max-waiting): what comes too early now is a dead letter", group,
                    partition.topicPartition().topic(), partition.topicPartition().partition(), found.events());
        }
        gaps.full = found.events() >= settings.maxWaiting();
        gaps.count = found;
        sum();
    }

    /** What may run; when nothing may, what has waited too long. */
    private Future<List<Work>> load(AssignedPartition partition, GapRows.Count found) {
        return rows.ready(postgres, partition).compose(ready -> !ready.isEmpty() || found.overdue() == 0
                || settings.afterwards() == GapSettings.Afterwards.WAIT
                ? Future.succeededFuture(worksOf(partition, ready, Work.Reason.GAP))
                : rows.overdue(postgres, partition, settings.deadline())
                        .map(overdue -> worksOf(partition, overdue, Work.Reason.OVERDUE)));
    }

    private List<Work> worksOf(AssignedPartition partition, List<ParkedEvents.Head> heads, Work.Reason reason) {
        List<Work> works = new ArrayList<>(heads.size());
        heads.forEach(head -> works.add(ParkedEvents.workOf(head, partition, reason)));
        return works;
    }

    private void sum() {
        count = new GapRows.Count(partitions.values().stream().mapToLong(gaps -> gaps.count.events()).sum(),
                partitions.values().stream().mapToLong(gaps -> gaps.count.overdue()).sum());
    }

    private void goOn(AssignedPartition partition, Gaps gaps) {
        if (!gaps.isBusy() && gaps.again) {
            look(partition);
        }
    }

    @Override
    public Turn turnOf(Work work) {
        Turn turn = lanes.turnOf(work);
        return turn == Turn.RUN && work.isParked() && work.parked().reason() == Work.Reason.OVERDUE
                ? Turn.EXPIRE : turn;
    }

    @Override
    public Future<Map<Work, ErrorInfo>> park(List<Work> works) {
        return lanes.park(works);
    }

    @Override
    public RouteFailure.Order onFailed(Work work, Verdict verdict) {
        return lanes.onFailed(work, verdict);
    }

    @Override
    public Future<Boolean> keep(Work work, Routed.Park park, ErrorInfo error) {
        return lanes.keep(work, park, error);
    }

    /** A dead one leaves a gap, which can be given up: first it is written down where. */
    @Override
    public Future<Void> onGone(Work work, boolean dead) {
        Future<Void> known = dead && hasPlace(work)
                ? durably.run(() -> deadSequences.died(postgres, work), work.partition()::isClosed)
                : Future.succeededFuture();
        return known.compose(done -> lanes.onGone(work, dead)).compose(done -> !work.isInGap()
                ? Future.succeededFuture() : durably.run(() -> rows.remove(postgres, work), work.partition()::isClosed));
    }

    private static boolean hasPlace(Work work) {
        return work.decoded() instanceof Decoded.Readable readable && readable.event().entity().isPresent()
                && readable.event().sequence().isPresent();
    }

    @Override
    public void onCommitted(Work work, Outcome outcome) {
        lanes.onCommitted(work, outcome);
        Gaps gaps = partitions.get(work.partition());
        if (gaps == null) {
            return;
        }
        Optional<String> entity = work.event().entity().map(RoutingKey::text);
        if (outcome == Outcome.PARKED) {
            gaps.count = new GapRows.Count(gaps.count.events() + 1, gaps.count.overdue());
            entity.filter(one -> gaps.entities.size() < MOST_ENTITIES).ifPresent(gaps.entities::add);
        } else if (work.isInGap() || entity.isPresent() && gaps.entities.remove(entity.get())) {
            gaps.again = true;
        }
    }

    @Override
    public void onEnded(Work work) {
        lanes.onEnded(work);
        Gaps gaps = partitions.get(work.partition());
        if (gaps != null) {
            gaps.running -= work.isInGap() ? 1 : 0;
            goOn(work.partition(), gaps);
        }
    }
}
