package dev.sluice.testing.simulation;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether the simulation would notice: each of these bugs, planted alone, has to break a guarantee. */
class MutationsTest {

    private static final int SCHEDULES = 4_000;
    private static final long FIRST_SEED = 1;
    private static final Set<String> SOME = Set.of("commit-one-too-far", "drop-the-epoch", "forget-the-drain",
            "release-the-lane-early", "settle-before-commit", "skip-the-duplicate-check");

    /** Not all, for the sake of time. */
    @Test
    void shouldCatchBugsOfEachKind() {
        check(Mutation.all().stream().filter(mutation -> SOME.contains(mutation.name())).toList(), SOME.size());
    }

    @Test
    @Tag("long")
    void shouldCatchEveryPlantedBug() {
        check(Mutation.all(), 31);
    }

    private static void check(List<Mutation> mutations, int atLeast) {
        List<String> survivors = new ArrayList<>();
        StringBuilder table = new StringBuilder(String.format("%-34s %9s  %s%n", "planted bug", "schedules", "caught by"));
        for (Mutation mutation : mutations) {
            Campaign.Outcome outcome = new Campaign(Product.with(mutation.compiled()),
                    Runtime.getRuntime().availableProcessors(), done -> { }).run(FIRST_SEED, SCHEDULES);
            if (outcome.broken() == null) {
                survivors.add(mutation.name());
            }
            table.append(String.format("%-34s %9d  %s%n", mutation.name(), outcome.schedules(),
                    outcome.broken() == null ? "NOTHING" : outcome.how().guarantee()));
        }
        System.out.println(table);

        assertThat(mutations).hasSizeGreaterThanOrEqualTo(atLeast);
        assertThat(survivors).as("bugs that nothing catches\n" + table).isEmpty();
    }
}
