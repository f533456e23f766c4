package dev.sluice.testing.simulation;

import dev.sluice.event.FailureHeaders;
import dev.sluice.testing.simulation.Scenario.Nature;
import dev.sluice.testing.simulation.Scenario.PlannedEvent;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One run: the models, the processes, and what a plan lets happen to them. */
final class World {

    private static final long QUIET_AFTER = 30 * Schedule.SECOND;
    private static final long LONGEST = 900 * Schedule.SECOND;
    private static final long MOST_STEPS = 2_000_000;

    private final Scenario scenario;
    private final Schedule schedule;
    private final Broker broker = new Broker(this);
    private final Database database = new Database(this);
    private final Faults faults = new Faults(this);
    private final Guarantees guarantees = new Guarantees(this);
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    /** Null unless somebody wants to read it. */
    private final List<String> trace;
    private final Coordinator coordinator;
    private final RouterNode router;
    private int started;

    World(Plan plan, boolean traced) {
        this.trace = traced ? new ArrayList<>() : null;
        this.scenario = new Scenario(plan);
        this.schedule = new Schedule(plan.seed() * 1_000_003 + plan.order(), guarantees::afterEachTask, guarantees::onThrown);
        broker.create("events", scenario.partitions());
        broker.create("events.retry", 2);
        broker.create("dlq.errors", 1);
        broker.create("dlq.poison", 1);
        this.coordinator = new Coordinator(this, broker.logs().keySet().stream()
                .filter(partition -> partition.topic().startsWith("events")).toList());
        this.router = new RouterNode(this);
    }

    /** @throws Violation of a guarantee */
    void run() {
        Substitutes.enter(this);
        try {
            for (int i = 0; i < scenario.members(); i++) {
                startNode();
            }
            scenario.events().forEach(event -> schedule.after(event.atNanos(), null, () -> publish(event)));
            scenario.faults().forEach(fault -> schedule.after(fault.atNanos(), null, () -> faults.happen(fault)));
            while (schedule.step()) {
                guarantees.rethrow();
                if (schedule.steps() % 64 == 0 && schedule.nanos() > QUIET_AFTER && guarantees.isSettled()) {
                    guarantees.atEnd();
                    return;
                }
                if (schedule.nanos() > LONGEST || schedule.steps() > MOST_STEPS) {
                    throw guarantees.unsettled();
                }
            }
            throw guarantees.unsettled();
        } finally {
            Substitutes.leave();
        }
    }

    private void publish(PlannedEvent event) {
        String entity = "case:" + event.entity();
        List<Header> headers = new ArrayList<>(List.of(header("ce_id", event.id()), header("ce_source", "/simulation"),
                header("ce_type", "moved"), header("ce_subject", entity), header("ce_sequence", "" + event.sequence()),
                header("content-type", "application/json")));
        String topic = "events";
        int partition = event.keyed() ? event.entity() % scenario.partitions() : schedule.draw(scenario.partitions());
        if (event.nature() == Nature.FOREIGN) {
            topic = "events.retry";
            partition = event.entity() % 2;
            headers.add(header(FailureHeaders.ORIGINAL_GROUP, "another"));
            headers.add(header(FailureHeaders.EVENT_IDENTITY, event.identity()));
        }
        String value = (event.nature() == Nature.UNREADABLE ? "{\"broken" : "{}") + " ".repeat(event.padding());
        long offset = broker.append(new TopicPartition(topic, partition), schedule.millis(),
                event.keyed() ? entity.getBytes(StandardCharsets.UTF_8) : null, value.getBytes(StandardCharsets.UTF_8),
                headers).offset();
        guarantees.onPublished(event, offset);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    void startNode() {
        nodes.add(new SimulatedNode(this, "m" + ++started));
    }

    /** One of those that run; there is always one. */
    SimulatedNode node(int of) {
        List<SimulatedNode> running = nodes.stream().filter(SimulatedNode::isRunning).toList();
        if (running.isEmpty()) {
            startNode();
            return nodes.get(nodes.size() - 1);
        }
        return running.get(of % running.size());
    }

    /** The group notices after a while, and another process starts after another. */
    void kill(SimulatedNode node, long nanos) {
        node.kill();
        schedule.after(schedule.draw(0, 4 * Schedule.SECOND), null, node::expel);
        schedule.after(nanos, null, this::startNode);
    }

    /** The group waits a while for a sign of life. */
    void freeze(SimulatedNode node, long nanos) {
        node.freeze(true);
        long patience = schedule.draw(Schedule.SECOND, 6 * Schedule.SECOND);
        if (patience < nanos) {
            schedule.after(patience, null, node::expel);
        }
        schedule.after(nanos, null, () -> node.freeze(false));
    }

    void wakeAll() {
        nodes.forEach(SimulatedNode::wake);
    }

    void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    Map<String, Integer> counts() {
        return counts;
    }

    void trace(String format, Object... arguments) {
        if (trace != null) {
            trace.add(String.format("%9.3f  ", schedule.nanos() / 1e9) + String.format(format, arguments));
        }
    }

    boolean isTraced() {
        return trace != null;
    }

    List<String> trace() {
        return trace;
    }

    Scenario scenario() {
        return scenario;
    }

    Schedule schedule() {
        return schedule;
    }

    Broker broker() {
        return broker;
    }

    Database database() {
        return database;
    }

    Faults faults() {
        return faults;
    }

    Guarantees guarantees() {
        return guarantees;
    }

    Coordinator coordinator() {
        return coordinator;
    }

    RouterNode router() {
        return router;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }
}
