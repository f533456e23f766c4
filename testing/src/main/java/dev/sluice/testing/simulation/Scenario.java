package dev.sluice.testing.simulation;

import dev.sluice.consumer.Ordering;
import dev.sluice.consumer.SequenceMode;
import dev.sluice.consumer.SimulatedConsumer;
import dev.sluice.failure.RetrySchedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a seed says: the group's shape, its events, what befalls it. Each event and fault has a draw of its own. */
final class Scenario {

    /** What an event is by its own nature, whoever handles it when. */
    enum Nature {
        /** The handler applies it. */
        GOOD,
        /** Fails TRANSIENT in its first deliveries, and then no more. */
        PASSING,
        /** Fails PERMANENT whenever it is tried. */
        PERMANENT,
        /** Fails with what no rule knows. */
        UNKNOWN,
        /** Its statement is refused by PostgreSQL. */
        REFUSED,
        /** In its first delivery the handler never ends. */
        HANGING,
        /** Nobody can decode it. */
        UNREADABLE,
        /** A retry of another group, in the retry topic that all share. */
        FOREIGN
    }

    /**
     * @param id       equal for an event and its repeats
     * @param failures deliveries that fail, of a PASSING one
     * @param keyed    false: it has no key, and so no order
     */
    record PlannedEvent(int index, String id, Nature nature, int entity, long sequence, long atNanos, int failures,
                        int padding, boolean keyed) {

        String identity() {
            return "/simulation " + id;
        }

        boolean canTakeEffect() {
            return nature == Nature.GOOD || nature == Nature.PASSING || nature == Nature.HANGING;
        }
    }

    /** @param of which one of several it hits, modulo their number */
    record PlannedFault(int index, Fault kind, long atNanos, long nanos, int of) {
    }

    private final long seed;
    private final SimulatedConsumer.Shape shape;
    private final boolean batches;
    private final int members;
    private final int partitions;
    private final RetrySchedule retries;
    private final List<PlannedEvent> all = new ArrayList<>();
    private final List<PlannedEvent> events;
    private final List<PlannedFault> faults = new ArrayList<>();

    Scenario(Plan plan) {
        this.seed = plan.seed();
        SplittableRandom random = new SplittableRandom(seed);
        this.members = 1 + random.nextInt(3);
        this.partitions = 1 + random.nextInt(3);
        this.batches = random.nextBoolean();
        int ordering = random.nextInt(10);
        this.shape = new SimulatedConsumer.Shape("group", "events",
                ordering < 7 ? Ordering.KEY : ordering < 9 ? Ordering.PARTITION : Ordering.UNORDERED,
                random.nextInt(10) < 6 ? SequenceMode.NONE : SequenceMode.LATEST_WINS, 10 + random.nextInt(20),
                1 + random.nextInt(4), 1 + random.nextInt(8), 4_096 + random.nextInt(60_000),
                Duration.ofMillis(200 + random.nextInt(3_000)), ordering < 9 && random.nextBoolean());
        this.retries = new RetrySchedule(2 + random.nextInt(3), Duration.ofMillis(50 + random.nextInt(500)),
                Duration.ofSeconds(4));
        int entities = 1 + random.nextInt(6);
        int eventCount = 4 + random.nextInt(40);
        int faultCount = random.nextInt(8);
        for (int i = 0; i < eventCount; i++) {
            all.add(event(i, entities));
        }
        this.events = all.stream().filter(event -> plan.keepsEvent(event.index())).toList();
        for (int i = 0; i < faultCount; i++) {
            if (plan.keepsFault(i)) {
                faults.add(fault(i));
            }
        }
    }

    private PlannedEvent event(int index, int entities) {
        SplittableRandom random = new SplittableRandom(seed * 31 + index * 2L + 1);
        long at = random.nextLong(10 * Schedule.SECOND);
        int padding = random.nextInt(400);
        if (index > 0 && random.nextInt(10) == 0) {
            PlannedEvent first = all.get(random.nextInt(index));
            return new PlannedEvent(index, first.id(), first.nature(), first.entity(), first.sequence(), at, first.failures(),
                    padding, first.keyed());
        }
        return new PlannedEvent(index, "e" + index, nature(random.nextInt(100)), random.nextInt(entities), index, at,
                1 + random.nextInt(6), padding, random.nextInt(20) > 0);
    }

    private static Nature nature(int percent) {
        return percent < 74 ? Nature.GOOD : percent < 82 ? Nature.PASSING : percent < 85 ? Nature.PERMANENT
                : percent < 88 ? Nature.UNKNOWN : percent < 91 ? Nature.REFUSED : percent < 94 ? Nature.HANGING
                : percent < 97 ? Nature.UNREADABLE : Nature.FOREIGN;
    }

    private PlannedFault fault(int index) {
        SplittableRandom random = new SplittableRandom(seed * 37 + index * 2L + 2);
        return new PlannedFault(index, Fault.values()[random.nextInt(Fault.values().length)],
                random.nextLong(15 * Schedule.SECOND), random.nextLong(100 * Schedule.MILLI, 12 * Schedule.SECOND),
                random.nextInt(100));
    }

    /** The event of that identity, or a repeat of it. */
    PlannedEvent ofIdentity(String identity) {
        return all.get(Integer.parseInt(identity.substring(identity.indexOf(' ') + 2)));
    }

    SimulatedConsumer.Shape shape() {
        return shape;
    }

    boolean batches() {
        return batches;
    }

    int members() {
        return members;
    }

    int partitions() {
        return partitions;
    }

    RetrySchedule retries() {
        return retries;
    }

    List<PlannedEvent> events() {
        return events;
    }

    List<PlannedFault> faults() {
        return faults;
    }

    @Override
    public String toString() {
        return shape + " members=" + members + " partitions=" + partitions + " retries=" + retries.max()
                + (batches ? " batch handler" : " event handler");
    }
}
