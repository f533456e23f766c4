package dev.sluice.testing.prove;

import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.fault.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PlanTest {

    @ParameterizedTest
    @CsvSource({"1000000, 100", "100000, 10", "5000, 1", "1000, 2", "60000, 30"})
    void shouldLetEventsLeaveDuringEachFaultAndKeepSomeForTheEnd(int events, int faults) {
        Plan plan = plan(events, faults);
        List<Schedule.Planned> planned = plan.schedule().faults();

        for (int finished = 0; finished < faults; finished++) {
            assertThat(plan.leavingDuring(finished)).as("fault " + finished)
                    .isGreaterThan(planned.get(finished).afterEvents()).isLessThan(events);
        }
    }

    @Test
    void shouldLetAllLeaveWithoutFaults() {
        assertThat(plan(1_000, 0).leavingDuring(0)).isEqualTo(1_000);
    }

    private static Plan plan(int events, int faults) {
        return new Plan(3, events, Scenario.CRASH, Scenario.CRASH.kinds(), faults, 100, 2, 1, Plan.LEDGER, Path.of("x"), Path.of("y"));
    }

    @Test
    void shouldDrawFromTheKindsOfTheScenario() {
        assertThat(Scenario.CRASH.kinds()).allMatch(kind -> kind.key().startsWith("kill-")).hasSize(4);
        assertThat(Scenario.NETWORK.kinds()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(Scenario.LATENCY_SPIKE.kinds()).isEmpty();
        for (Scenario scenario : Scenario.values()) {
            assertThat(Scenario.of(scenario.key())).hasValue(scenario);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--scenario=earthquake", "--events=5", "--faults=-1", "--minutes=0", "--handler=No Such", "--handler=audit"})
    void shouldSayWhatIsAllowed(String option) {
        StringWriter said = new StringWriter();
        int status = new CommandLine(new ProveCommand()).setErr(new PrintWriter(said)).execute(option);

        assertThat(status).isEqualTo(2);
        assertThat(said.toString()).contains(option.substring(0, option.indexOf('='))).contains("allowed");
    }

    @Test
    void shouldReadTheEventsOfAnotherHandler() throws Exception {
        assertThat(new Subject("type-counts").bodies()).hasSize(3).allMatch(body -> body.has("type") && body.has("data"));
        assertThat(new Subject("no-such-handler").bodies()).isEmpty();
        assertThatThrownBy(() -> new Subject("broken-for-tests").bodies()).isInstanceOf(FaultFailure.class)
                .hasMessageContaining("broken-for-tests.ndjson, line 2").hasMessageContaining("\"type\" and \"data\"");
    }
}
