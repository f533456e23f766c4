package dev.sluice.testing.simulation;

import dev.sluice.testing.simulation.Scenario.PlannedFault;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Lets faults happen, and knows which are under way. */
final class Faults {

    private final World world;
    private final Map<Fault, Long> until = new EnumMap<>(Fault.class);

    Faults(World world) {
        this.world = world;
    }

    private boolean isOn(Fault kind) {
        return until.getOrDefault(kind, 0L) > world.schedule().nanos();
    }

    private boolean strikes(Fault kind) {
        if (isOn(kind) && world.schedule().chance(0.5)) {
            world.count("struck by " + kind);
            return true;
        }
        return false;
    }

    boolean refusesCommit() {
        return strikes(Fault.REFUSE_COMMITS);
    }

    boolean losesAcknowledgement() {
        return strikes(Fault.LOSE_ACKNOWLEDGEMENTS);
    }

    boolean losesAnswer() {
        return strikes(Fault.LOSE_ANSWERS);
    }

    boolean conflicts() {
        return isOn(Fault.CONFLICTS) && world.schedule().chance(0.1) && strikes(Fault.CONFLICTS);
    }

    void happen(PlannedFault fault) {
        world.trace("FAULT %s for %d ms", fault.kind(), fault.nanos() / Schedule.MILLI);
        world.count("fault " + fault.kind());
        Schedule schedule = world.schedule();
        Database database = world.database();
        SimulatedNode node = world.node(fault.of());
        switch (fault.kind()) {
            case KILL -> world.kill(node, fault.nanos());
            case STOP -> node.stop(() -> schedule.after(fault.nanos() / 4, null, world::startNode));
            case JOIN -> world.startNode();
            case FREEZE -> world.freeze(node, fault.nanos());
            case EXPEL -> node.expel();
            case REASSIGN -> world.coordinator().assign();
            case BREAK_POLL -> node.breakPoll();
            case KAFKA_AWAY -> {
                world.broker().away(true);
                schedule.after(fault.nanos(), null, () -> world.broker().away(false));
            }
            case KILL_ROUTER -> world.router().kill(fault.nanos() / 4);
            case POSTGRES_AWAY -> {
                database.away(true);
                schedule.after(fault.nanos(), null, () -> database.away(false));
            }
            case CUT_CONNECTION -> busy(fault.of()).forEach(connection -> connection.loseServer(null));
            case LOSE_COMMIT_REPLY -> busy(fault.of()).forEach(SimulatedConnection::loseNextReply);
            case SLOW_POSTGRES -> {
                database.slow(fault.nanos() / 12);
                schedule.after(fault.nanos(), null, () -> database.slow(0));
            }
            case FREEZE_POSTGRES -> database.freeze(fault.nanos());
            default -> until.put(fault.kind(), schedule.nanos() + fault.nanos());
        }
    }

    /** One connection that works now, or any. */
    private List<SimulatedConnection> busy(int of) {
        List<SimulatedConnection> open = world.database().open();
        List<SimulatedConnection> working = open.stream().filter(SimulatedConnection::isBusy).toList();
        List<SimulatedConnection> some = working.isEmpty() ? List.copyOf(open) : working;
        return some.isEmpty() ? some : List.of(some.get(of % some.size()));
    }
}
