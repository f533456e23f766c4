package dev.sluice.testing.bench;

import dev.sluice.testing.bench.Workload.Spread;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether an event's cost stays the same: drains that differ from the usual one in one thing each, as in how many instances
 * share the topic, or how large an event is.
 */
final class Scale {

    /** Of all of a topic's events together, so that large ones are fewer. */
    private static final long MOST_BYTES = 400L << 20;

    /** @param title what is different, as the results have it */
    private record Variant(String title, int instances, int partitions, int size, int entities, Spread spread) {
    }

    private static final List<Variant> VARIANTS = List.of(
            new Variant("as usual", 1, 24, 300, 10_000, Spread.EVEN),
            new Variant("2 instances", 2, 24, 300, 10_000, Spread.EVEN),
            new Variant("4 instances", 4, 24, 300, 10_000, Spread.EVEN),
            new Variant("6 partitions", 1, 6, 300, 10_000, Spread.EVEN),
            new Variant("96 partitions", 1, 96, 300, 10_000, Spread.EVEN),
            new Variant("100 B", 1, 24, 100, 10_000, Spread.EVEN),
            new Variant("4 KiB", 1, 24, 4 << 10, 10_000, Spread.EVEN),
            new Variant("100 KiB", 1, 24, 100 << 10, 10_000, Spread.EVEN),
            new Variant("10 entities", 1, 24, 300, 10, Spread.EVEN),
            new Variant("1,000,000 entities", 1, 24, 300, 1_000_000, Spread.EVEN),
            new Variant("Zipf", 1, 24, 300, 10_000, Spread.ZIPF));

    private final Arena arena;
    private final int events;

    Scale(Arena arena, int events) {
        this.arena = arena;
        this.events = events;
    }

    /** @return a run for each variant; a topic is filled anew for each, so that the disk never holds more than one */
    Map<String, Run> run(Subject subject, int number) throws Exception {
        Map<String, Run> runs = new LinkedHashMap<>();
        for (Variant variant : VARIANTS) {
            int share = (int) Math.max(Workload.REPEAT_EVERY, Math.min(events * subject.portion(), MOST_BYTES / variant.size));
            Drain drain = new Drain(arena, new Workload(share, variant.entities, variant.partitions, variant.size, variant.spread));
            try {
                runs.put(variant.title, drain.run(subject, number, variant.instances));
            } finally {
                drain.forget();
            }
        }
        return runs;
    }
}
