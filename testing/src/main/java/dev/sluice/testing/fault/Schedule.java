package dev.sluice.testing.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Which fault follows which, when and for how long: wholly decided by the seed. Each kind comes before one comes again. Pure. */
public record Schedule(List<Planned> faults) {

    /**
     * @param afterEvents how many events are acknowledged when it begins
     * @param choice      which of several targets
     */
    public record Planned(FaultKind kind, int choice, long afterEvents, Duration duration) {
    }

    public Schedule {
        faults = List.copyOf(faults);
    }

    public static Schedule of(long seed, List<FaultKind> kinds, int faults, long events) {
        // Of neighbouring seeds, Random alone begins almost alike.
        Random random = new Random(new SplittableRandom(seed).nextLong());
        List<Planned> planned = new ArrayList<>();
        List<FaultKind> deck = new ArrayList<>();
        for (int i = 0; i < faults; i++) {
            if (deck.isEmpty()) {
                deck.addAll(kinds);
                Collections.shuffle(deck, random);
            }
            FaultKind kind = deck.remove(deck.size() - 1);
            double place = (i + 0.25 + random.nextDouble() / 2) / faults;
            planned.add(new Planned(kind, random.nextInt(1_000), (long) (place * events), kind.duration(random.nextDouble())));
        }
        return new Schedule(planned);
    }
}
