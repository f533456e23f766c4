package dev.sluice.testing.fault;

import dev.sluice.testing.guarantee.Positions;

/** One more node joins, takes partitions from the others, and leaves for good: two rebalances under load. */
final class Guest implements Fault {

    private static final long LONGEST_WAIT_NANOS = 60_000_000_000L;
    private static final long PAUSE_MILLIS = 200;

    private final Arena arena;
    private long owned;

    Guest(Arena arena) {
        this.arena = arena;
    }

    @Override
    public String name() {
        return arena.guest().name() + " joins and leaves";
    }

    @Override
    public void begin() throws FaultFailure, InterruptedException {
        arena.guest().start();
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (owned == 0 && System.nanoTime() < deadline) {
            owned = owned();
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private long owned() throws InterruptedException {
        try {
            long sum = 0;
            for (String group : arena.groups()) {
                sum += arena.positions().owned(group, arena.guest().memberPrefix());
            }
            return sum;
        } catch (Positions.Unanswered notNow) {
            return 0;
        }
    }

    @Override
    public String harm() throws FaultFailure {
        if (owned == 0) {
            throw new FaultFailure(arena.guest().name() + " was given no partition within 60 s");
        }
        return "it was given " + owned + " partitions";
    }

    @Override
    public void end() throws FaultFailure, InterruptedException {
        arena.guest().stop();
    }

    @Override
    public boolean isOverAtOnce() {
        return false;
    }
}
