package dev.sluice.consumer;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/** Against a model that is too simple to be wrong: a map of every offset that was read, and whether it is settled. */
class OffsetTrackerPropertyTest {

    /** One step: a read after a gap, a settling (of what was read, or not), or a move over a gap. */
    private record Step(int kind, int size) {
    }

    private static final class Model {
        private final TreeMap<Long, Boolean> read = new TreeMap<>();
        private long position;

        private long watermark() {
            return read.entrySet().stream().filter(each -> !each.getValue()).map(java.util.Map.Entry::getKey).findFirst()
                    .orElse(position);
        }
    }

    @Property(tries = 2_000)
    void shouldAgreeWithTheModel(@ForAll("steps") List<Step> steps, @ForAll boolean fromFar) {
        long start = fromFar ? 1L << 40 : 0;
        OffsetTracker tracker = new OffsetTracker(start);
        Model model = new Model();
        model.position = start;
        long before = start;
        for (Step step : steps) {
            apply(step, tracker, model);
            assertThat(tracker.watermark()).isEqualTo(model.watermark()).isGreaterThanOrEqualTo(before);
            before = tracker.watermark();
            assertThat(tracker.pending()).isEqualTo(model.read.tailMap(model.watermark()).size());
        }
    }

    private static void apply(Step step, OffsetTracker tracker, Model model) {
        switch (step.kind()) {
            case 0, 1, 2, 3 -> {
                long offset = model.position + (step.kind() == 0 ? step.size() : 0);
                tracker.onPolled(offset);
                model.read.put(offset, false);
                model.position = offset + 1;
            }
            case 4, 5, 6 -> {
                List<Long> all = new ArrayList<>(model.read.keySet());
                long offset = all.isEmpty() || step.kind() == 6 ? model.position + step.size() - 50
                        : all.get(step.size() % all.size());
                boolean waits = Boolean.FALSE.equals(model.read.get(offset));
                assertThat(tracker.settle(offset)).isEqualTo(waits);
                model.read.computeIfPresent(offset, (key, settled) -> true);
            }
            default -> {
                if (model.read.values().stream().allMatch(settled -> settled)) {
                    tracker.onPosition(model.position + step.size() - 3);
                    model.position = Math.max(model.position, model.position + step.size() - 3);
                }
            }
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return net.jqwik.api.Combinators.combine(Arbitraries.integers().between(0, 7), Arbitraries.integers().between(0, 100))
                .as(Step::new).list().ofMaxSize(400);
    }
}
