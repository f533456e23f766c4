package dev.sluice.testing.simulation;

import dev.sluice.api.Event;
import dev.sluice.api.PermanentFailure;
import dev.sluice.api.TransientFailure;
import dev.sluice.bus.RouteFailure;
import dev.sluice.consumer.Ordering;
import dev.sluice.consumer.SequenceMode;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
import dev.sluice.failure.FailureClassifier;
import dev.sluice.failure.FailureRules;
import dev.sluice.failure.Verdict;
import dev.sluice.testing.simulation.Scenario.Nature;
import dev.sluice.testing.simulation.Scenario.PlannedEvent;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The product's promises, checked from outside at the very moment at which one could break: at each commit of an offset,
 * of a transaction, of a moved record, after each task, and when all is over.
 */
final class Guarantees {

    /** What only an event of that nature is guilty of. */
    private static final Set<String> GUILTY = Set.of(PermanentFailure.class.getName(), TransientFailure.class.getName(),
            IllegalArgumentException.class.getName());
    /** What was parked has a bound of its own. */
    private static final int PARKED_AT_ONCE = 256;
    private static final FailureClassifier CLASSIFIER = new FailureClassifier(FailureRules.standard());

    private final World world;
    private final MovedRecords moved;
    /** Identities whose failure was reported: their order is not promised any more. */
    private final Set<String> reported = new HashSet<>();
    /** Of these, those that could not run because of another. */
    private final Set<String> blocked = new HashSet<>();
    private final Map<String, Set<TopicPartition>> givenUp = new HashMap<>();
    private final Set<String> unclean = new HashSet<>();
    private final Map<String, Integer> effects = new HashMap<>();
    private final Map<String, Long> firstOffsets = new HashMap<>();
    /** By entity: the furthest offset, and the highest sequence, that has taken effect. */
    private final Map<Integer, Long> furthest = new HashMap<>();
    private final Map<Integer, Long> highest = new HashMap<>();
    private Violation first;

    Guarantees(World world) {
        this.world = world;
        this.moved = new MovedRecords(world, this);
    }

    Violation broken(String guarantee, String what) {
        return broken(guarantee, what, null);
    }

    /** Remembers the first; whoever catches what is thrown can't hide it. */
    private Violation broken(String guarantee, String what, Throwable cause) {
        if (first == null) {
            first = new Violation(guarantee, what, cause);
            world.trace("BROKEN %s", first.getMessage());
        }
        return first;
    }

    void rethrow() {
        if (first != null) {
            throw first;
        }
    }

    void onPublished(PlannedEvent event, long offset) {
        firstOffsets.putIfAbsent(event.identity(), offset);
    }

    void onReported(RouteFailure failure) {
        reported.add(failure.eventId());
        if (failure.order() == RouteFailure.Order.BLOCKED) {
            blocked.add(failure.eventId());
        }
        if (CLASSIFIER.classify(failure.error()) == Verdict.OUTAGE) {
            throw broken("an outage is no event's failure", failure.eventId() + " is said to have failed: " + failure.error());
        }
        boolean another = world.scenario().ofIdentity(failure.eventId()).nature() == Nature.GOOD
                && GUILTY.stream().anyMatch(failure.error().types()::contains);
        if (another) {
            throw broken("an event fails alone", failure.eventId() + " is said to have failed: " + failure.error().types().get(0));
        }
    }

    boolean wasReported(String identity) {
        return reported.contains(identity);
    }

    boolean wasBlocked(String identity) {
        return blocked.contains(identity);
    }

    void onParked(ParkedRow row, ParkedRow before) {
        moved.onParked(row, before);
    }

    /** Its row is gone, and its outcome must be there. */
    void onUnparked(ParkedRow row) {
        if (world.database().inbox().committed(row.identity()) == null) {
            throw broken("a parked event's row goes with its outcome", row.identity() + " has none");
        }
    }

    void onMoved(ConsumerRecord<byte[], byte[]> record) {
        moved.onWritten(record);
    }

    /** It has given these partitions up in order, and all of their work had ended in time. */
    void onGivenUp(SimulatedNode node, Set<TopicPartition> partitions) {
        if (unclean.contains(node.name())) {
            return;
        }
        givenUp.computeIfAbsent(node.name(), name -> new HashSet<>()).addAll(partitions);
    }

    /** What it had is another's, while work of it may go on: of such a tenure nothing can be said later. */
    void onLost(SimulatedNode node) {
        unclean.add(node.name());
        givenUp.remove(node.name());
    }

    void onAssigned(SimulatedNode node, Set<TopicPartition> partitions) {
        givenUp.computeIfAbsent(node.name(), name -> new HashSet<>()).removeAll(partitions);
    }

    private void checkTenure(String node, TopicPartition partition, String what) {
        if (givenUp.getOrDefault(node, Set.of()).contains(partition)) {
            throw broken("nothing of a partition runs after it is given up", node + " " + what + " of " + partition);
        }
    }

    void onHandled(SimulatedNode node, Event event) {
        if (event.attempt() == 1) {
            checkTenure(node.name(), new TopicPartition(event.origin().topic(), event.origin().partition()), "handles an event");
        }
        if (world.scenario().ofIdentity(event.id()).nature() == Nature.FOREIGN) {
            throw broken("a retry is for its own group", event.id() + " was handled");
        }
        if (!world.scenario().shape().preserving() || !world.coordinator().hasRemoved()) {
            moved.onHandled(event); // else a replaced owner may have written the row, with its own idea of when
        }
    }

    /** Of a transaction that is being committed. */
    void onEffect(String identity) {
        world.count("effects");
        if (effects.merge(identity, 1, Integer::sum) > 1) {
            throw broken("one effect per event", identity + " has taken effect twice");
        }
        PlannedEvent event = world.scenario().ofIdentity(identity);
        if (event.keyed() && world.scenario().shape().sequences() == SequenceMode.LATEST_WINS) {
            Long before = highest.put(event.entity(), event.sequence());
            if (before != null && before >= event.sequence()) {
                throw broken("an older state never replaces a newer one", identity + " came after sequence " + before);
            }
        } else if (event.keyed() && world.scenario().shape().ordering() != Ordering.UNORDERED) {
            long offset = firstOffsets.get(identity);
            long before = furthest.getOrDefault(event.entity(), -1L);
            boolean excused = !world.scenario().shape().preserving() && reported.contains(identity);
            if (offset < before && !excused) {
                throw broken("events of a key take effect in order", identity + " came after the event at offset " + before);
            }
            furthest.put(event.entity(), Math.max(before, offset));
        }
    }

    /** Committed: the effects stand together with their identities. */
    void onTransaction(List<String> identities) {
        for (String identity : identities) {
            if (!"applied".equals(world.database().inbox().committed(identity))) {
                throw broken("an effect commits with its identity", identity + " is not in the inbox");
            }
        }
    }

    void onSettled(SimulatedNode node, RawRecord record, Outcome outcome) {
        checkTenure(node.name(), new TopicPartition(record.topic(), record.partition()), "settles an event");
        String identity = MovedRecords.identityOf(record);
        world.trace("%s is settled: %s", record, outcome);
        world.count("settled as " + outcome);
        boolean inInbox = world.database().inbox().committed(identity) != null;
        boolean waits = outcome == Outcome.RETRYING || outcome == Outcome.PARKED;
        if (!waits && !inInbox) {
            throw broken("an outcome is durable before it counts", record + " is " + outcome + ", but not in the inbox");
        }
    }

    void onCommitted(Coordinator.Membership by, TopicPartition partition, long from, long to) {
        world.count("commits of offsets");
        if (world.coordinator().owner(partition) != by) {
            throw broken("a member commits only what it owns", by + " has committed " + partition);
        }
        Log log = world.broker().log(partition);
        if (to < from || to > log.end()) {
            throw broken("committed offsets go forward, to the end at most", partition + " from " + from + " to " + to);
        }
        List<ConsumerRecord<byte[], byte[]>> records = log.records();
        for (int i = log.indexOf(from); i < records.size() && records.get(i).offset() < to; i++) {
            if (!moved.isDurable(records.get(i))) {
                throw broken("an offset is never committed before its event's outcome", partition + "@"
                        + records.get(i).offset() + " has none, and " + to + " is committed");
            }
        }
    }

    void onPollLoopBroken(SimulatedNode node, RuntimeException unexpected) {
        onLost(node);
        if (unexpected != null) {
            throw broken("a poll loop ends by Kafka's faults only", node + ": " + unexpected, unexpected);
        }
    }

    void onThrown(Throwable error) {
        if (!(error instanceof Violation)) {
            broken("nothing throws", error.toString(), error);
        }
    }

    void afterEachTask() {
        for (SimulatedNode node : world.nodes()) {
            int waiting = node.consumer().waiting();
            int parkedToo = world.scenario().shape().preserving() ? PARKED_AT_ONCE : 0;
            if (waiting > world.scenario().shape().maxQueueSize() + parkedToo || waiting < 0) {
                throw broken("the queue is bounded", node + " holds " + waiting + " events");
            }
        }
    }

    boolean isSettled() {
        for (Map.Entry<TopicPartition, Log> each : world.broker().logs().entrySet()) {
            Long committed = world.broker().committed(each.getKey());
            if (each.getKey().topic().startsWith("events") && each.getValue().end() > (committed == null ? 0 : committed)) {
                return false;
            }
        }
        return world.database().parked().rows().stream().allMatch(row -> row.committed() == null)
                && world.nodes().stream().filter(SimulatedNode::isRunning).allMatch(node ->
                node.pool().lent() == 0 && node.consumer().waiting() == 0 && node.consumer().isIdle());
    }

    Violation unsettled() {
        StringBuilder what = new StringBuilder();
        world.broker().logs().forEach((partition, log) -> what.append(partition).append(" committed ")
                .append(world.broker().committed(partition)).append(" of ").append(log.end()).append("; "));
        world.database().parked().rows().stream().filter(row -> row.committed() != null)
                .forEach(row -> what.append(row.key()).append(" is parked; "));
        world.nodes().stream().filter(SimulatedNode::isRunning).forEach(node -> what.append(node).append(" has ")
                .append(node.consumer().waiting()).append(" waiting, ").append(node.pool().lent()).append(" connections, ")
                .append(node.consumer().isIdle() ? "no batch; " : "batches under way; "));
        return broken("everything is settled in the end, and nothing in flight for ever", what.toString());
    }

    void atEnd() {
        for (PlannedEvent event : world.scenario().events()) {
            String inbox = world.database().inbox().committed(event.identity());
            int times = effects.getOrDefault(event.identity(), 0);
            boolean lettered = moved.hasLetter(event.identity());
            String what = event.identity() + " (" + event.nature() + ") is " + inbox + " in the inbox, with " + times
                    + " effects and " + (lettered ? "a letter" : "no letter");
            boolean right = event.nature() == Nature.FOREIGN ? inbox == null && times == 0
                    : "applied".equals(inbox) ? times == 1 && event.canTakeEffect()
                    : "superseded".equals(inbox) ? times == 0 && event.nature() != Nature.UNREADABLE
                    : "dead".equals(inbox) && times == 0 && lettered;
            if (!right) {
                throw broken("every event has exactly one outcome", what);
            }
        }
    }
}
