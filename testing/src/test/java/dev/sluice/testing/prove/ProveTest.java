package dev.sluice.testing.prove;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.testing.fault.FaultKind;
import dev.sluice.testing.guarantee.Finding;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** A short proof, with a seed that nobody has chosen before: the printed one repeats it. */
@Timeout(420)
class ProveTest {

    private static final Path PROGRAMS = Path.of(System.getProperty("java.io.tmpdir"), "sluice-programs-" + System.getProperty("user.name"));

    @TempDir
    private Path folder;

    @Tag("long")
    @Test
    void shouldProveAHandlerOfSomebodyElse() throws Exception {
        List<FaultKind> kinds = List.of(FaultKind.KILL_NODE, FaultKind.KILL_POSTGRES);
        Plan plan = new Plan(7, 5_000, Scenario.CRASH, kinds, kinds.size(), 400, 2, 1, "type-counts", folder, PROGRAMS);
        try (Proof proof = new Proof(plan, System.out::println)) {
            Result result = proof.run();

            assertThat(result.held()).as(result.text()).isTrue();
            assertThat(result.summary().applied()).isEqualTo(5_000);
            assertThat(result.summary().deadLettered()).isZero();
        }
    }

    @Test
    void shouldProveEveryGuaranteeUnderFaults() throws Exception {
        List<FaultKind> kinds = List.of(FaultKind.KILL_NODE, FaultKind.FREEZE_NODE, FaultKind.CUT_KAFKA, FaultKind.KILL_POSTGRES,
                FaultKind.HALF_OPEN_POSTGRES, FaultKind.CUT_REDIS);
        long seed = System.nanoTime() % 1_000_000;
        List<String> told = new ArrayList<>();
        Plan plan = new Plan(seed, 10_000, Scenario.ALL, kinds, kinds.size(), 400, 2, 1, Plan.LEDGER, folder, PROGRAMS);
        Result result;
        try (Proof proof = new Proof(plan, told::add)) {
            result = proof.run();
        }

        String all = String.join("\n", told) + "\n" + result.text();
        System.out.println(all);
        assertThat(result.troubles()).as(all).isEmpty();
        assertThat(result.findings()).as(all).hasSize(7).allMatch(Finding::held);
        assertThat(result.held()).isTrue();
        JsonNode json = new ObjectMapper().valueToTree(result.summary());
        assertThat(json.path("seed").asLong()).isEqualTo(seed);
        assertThat(json.path("acknowledged").asLong()).isEqualTo(10_000);
        assertThat(json.path("applied").asLong() + json.path("deadLettered").asLong()).isEqualTo(10_000);
        for (String none : List.of("lost", "duplicated", "outOfOrder", "falselyPoisoned")) {
            assertThat(json.path(none).isIntegralNumber()).isTrue();
            assertThat(json.path(none).asLong()).as(none).isZero();
        }
        assertThat(result.summary().faults()).isEqualTo(kinds.stream().collect(Collectors.toMap(FaultKind::key, kind -> 1)));
        assertThat(json.path("recoverySeconds").path("max").asDouble()).isPositive();
        assertThat(json.path("seconds").asDouble()).isPositive();
        assertThat(Files.readString(result.report())).contains("Nothing is lost", "kill node", "Lag in events", "<path d=\"M")
                .doesNotContain("http://", "https://");
    }
}
