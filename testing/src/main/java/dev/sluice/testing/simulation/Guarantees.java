package dev.sluice.testing.simulation;

import dev.sluice.api.Event;
import dev.sluice.consumer.Ordering;
import dev.sluice.consumer.SequenceMode;
import dev.sluice.event.Outcome;
import dev.sluice.event.RawRecord;
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

    private final World world;
    private final MovedRecords moved;
    /** Identities whose failure was reported: their order is not promised any more. */
    private final Set<String> reported = new HashSet<>();
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

    void onReported(String identity) {
        reported.add(identity);
    }

    boolean wasReported(String identity) {
        return reported.contains(identity);
    }

    void onMoved(ConsumerRecord<byte[], byte[]> record) {
        moved.onWritten(record);
    }

    void onHandled(Event event) {
        if (world.scenario().ofIdentity(event.id()).nature() == Nature.FOREIGN) {
            throw broken("a retry is for its own group", event.id() + " was handled");
        }
        moved.onHandled(event);
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
            if (offset < before && !reported.contains(identity)) {
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

    void onSettled(RawRecord record, Outcome outcome) {
        String identity = MovedRecords.identityOf(record);
        world.trace("%s is settled: %s", record, outcome);
        world.count("settled as " + outcome);
        boolean inInbox = world.database().inbox().committed(identity) != null;
        if (outcome != Outcome.RETRYING && !inInbox) {
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
        if (unexpected != null) {
            throw broken("a poll loop ends by Kafka's faults only", node + ": " + unexpected, unexpected);
        }
    }

    void onThrown(Throwable error) {
        if (!(error instanceof Violation)) {
            throw broken("nothing throws", error.toString(), error);
        }
    }

    void afterEachTask() {
        for (SimulatedNode node : world.nodes()) {
            int waiting = node.consumer().waiting();
            if (waiting > world.scenario().shape().maxQueueSize() || waiting < 0) {
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
        return world.nodes().stream().filter(SimulatedNode::isRunning).allMatch(node -> node.pool().lent() == 0);
    }

    Violation unsettled() {
        StringBuilder what = new StringBuilder();
        world.broker().logs().forEach((partition, log) -> what.append(partition).append(" committed ")
                .append(world.broker().committed(partition)).append(" of ").append(log.end()).append("; "));
        world.nodes().stream().filter(SimulatedNode::isRunning).forEach(node -> what.append(node).append(" has ")
                .append(node.consumer().waiting()).append(" waiting, ").append(node.pool().lent()).append(" connections; "));
        return broken("everything is settled in the end", what.toString());
    }

    void atEnd() {
        for (SimulatedNode node : world.nodes()) {
            if (node.isRunning() && (node.consumer().waiting() > 0 || !node.consumer().isIdle())) {
                throw broken("nothing is in flight for ever", node + " is still at work");
            }
        }
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
