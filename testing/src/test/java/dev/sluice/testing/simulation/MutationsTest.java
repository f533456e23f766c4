package dev.sluice.testing.simulation;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether simulation and tests would notice: each of these bugs, planted alone, has to break a guarantee. */
class MutationsTest {

    private static final int SCHEDULES = 4_000;
    private static final long FIRST_SEED = 1;
    private static final Set<String> SOME = Set.of("commit-one-too-far", "drop-the-epoch", "forget-the-drain",
            "release-the-lane-early", "settle-before-commit", "skip-the-duplicate-check", "answer-before-the-letter");

    @TempDir
    private Path folder;
    /** Tests that pass without any bug: only they can catch one. */
    private final Set<List<String>> sound = new HashSet<>();

    /** Else a bug that nobody plants any more would count as one that is caught. */
    @Test
    void shouldFitTheProductAsItIs() {
        List<String> unfit = new ArrayList<>();
        for (Mutation mutation : Mutation.all()) {
            try {
                assertThat(mutation.compiled()).isNotEmpty();
            } catch (IllegalStateException changed) {
                unfit.add(changed.getMessage());
            }
        }
        assertThat(unfit).isEmpty();
    }

    /** Not all, for the sake of time. */
    @Test
    void shouldCatchBugsOfEachKind() throws Exception {
        check(Mutation.all().stream().filter(mutation -> SOME.contains(mutation.name())).toList(), SOME.size());
    }

    /** Some alone: {@code -Dmutations=NAME,NAME}. */
    @Test
    @Tag("long")
    void shouldCatchEveryPlantedBug() throws Exception {
        String some = System.getProperty("mutations");
        check(Mutation.all().stream().filter(mutation -> some == null || List.of(some.split(",")).contains(mutation.name())).toList(),
                some == null ? 48 : 1);
    }

    private void check(List<Mutation> mutations, int atLeast) throws IOException, InterruptedException {
        List<String> survivors = new ArrayList<>();
        StringBuilder table = new StringBuilder(String.format("%-34s  %s%n", "planted bug", "caught by"));
        for (Mutation mutation : mutations) {
            String how = mutation.tests().isEmpty() ? inTheSimulation(mutation) : byTests(mutation);
            if (how == null) {
                survivors.add(mutation.name());
            }
            table.append(String.format("%-34s  %s%n", mutation.name(), how == null ? "NOTHING" : how));
        }
        System.out.println(table);

        assertThat(mutations).hasSizeGreaterThanOrEqualTo(atLeast);
        assertThat(survivors).as("bugs that nothing catches\n" + table).isEmpty();
    }

    /** Null when nothing caught it. */
    private static String inTheSimulation(Mutation mutation) {
        Campaign.Outcome outcome = new Campaign(Product.with(mutation.compiled()),
                Runtime.getRuntime().availableProcessors(), done -> { }).run(FIRST_SEED, SCHEDULES);
        return outcome.broken() == null ? null : outcome.how().guarantee() + ", after " + outcome.schedules() + " schedules";
    }

    private String byTests(Mutation mutation) throws IOException, InterruptedException {
        if (sound.add(mutation.tests())) {
            assertThat(Tests.failure(mutation.tests(), mutation.module(), Map.of(), Files.createTempDirectory(folder, "sound")))
                    .as(mutation.tests() + " without a bug").isEmpty();
        }
        return Tests.failure(mutation.tests(), mutation.module(), mutation.compiled(), Files.createTempDirectory(folder, mutation.name()))
                .isEmpty() ? null : String.join(", ", mutation.tests());
    }
}
