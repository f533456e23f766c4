package dev.sluice.testing.bench;

import java.util.List;

/** CPU seconds of the three processes that a run keeps busy. */
record Usage(double consumer, double postgres, double broker) {

    static Usage now(long consumer, Arena arena) {
        return now(List.of(consumer), arena);
    }

    /** @param consumers all instances of the subject */
    static Usage now(List<Long> consumers, Arena arena) {
        return new Usage(consumers.stream().mapToDouble(ProcessUsage::cpuSeconds).sum(), ProcessUsage.cpuSeconds(arena.stack().postgres().pid()),
                ProcessUsage.cpuSeconds(arena.stack().kafka().pid()));
    }

    Usage since(Usage before) {
        return new Usage(consumer - before.consumer, postgres - before.postgres, broker - before.broker);
    }

    Usage per100k(int events) {
        double share = 100_000.0 / events;
        return new Usage(consumer * share, postgres * share, broker * share);
    }

    double total() {
        return consumer + postgres + broker;
    }
}
