package dev.sluice.testing.fault;

import dev.sluice.testing.guarantee.Positions;

/** A fault of a node that owns partitions; one of a node without any would hurt nobody, so it waits until it has some. */
final class OwnerFault implements Fault {

    private static final long LONGEST_WAIT_NANOS = 60_000_000_000L;
    private static final long PAUSE_MILLIS = 200;

    private final Fault fault;
    private final Arena arena;
    private final EngineNode node;
    private long owned;

    OwnerFault(Fault fault, Arena arena, EngineNode node) {
        this.fault = fault;
        this.arena = arena;
        this.node = node;
    }

    @Override
    public String name() {
        return fault.name();
    }

    @Override
    public void begin() throws FaultFailure, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        do {
            owned = owned();
            if (owned == 0) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } while (owned == 0 && System.nanoTime() < deadline);
        if (owned == 0) {
            throw new FaultFailure(node.name() + " owned no partition for 60 s: nothing to take from it");
        }
        fault.begin();
    }

    private long owned() throws InterruptedException {
        try {
            long sum = 0;
            for (String group : arena.groups()) {
                sum += arena.positions().owned(group, node.memberPrefix());
            }
            return sum;
        } catch (Positions.Unanswered notNow) {
            return 0;
        }
    }

    @Override
    public String harm() throws FaultFailure, InterruptedException {
        return "it owned " + owned + " partitions; " + fault.harm();
    }

    @Override
    public void end() throws FaultFailure, InterruptedException {
        fault.end();
    }

    @Override
    public boolean isOverAtOnce() {
        return fault.isOverAtOnce();
    }
}
