package dev.sluice.lag;

import dev.sluice.bus.GroupLoad;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.TopicLag;
import dev.sluice.bus.ScalingReport.GroupScaling;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.OptionalDouble;

import static org.assertj.core.api.Assertions.assertThat;

/** From lag reports and what the members say of themselves to the metric that KEDA and HPA read. */
class ScalingSignalTest {

    private static final long SECOND = 1_000_000_000L;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final ScalingSignal signal = new ScalingSignal(meters);

    @Test
    void shouldWantMoreForTheLagOfAllTopicsOfAGroupButNotMoreThanPartitions() {
        sample(0, 4_000, 2_000, 4);
        assertThat(wanted()).isEqualTo(4);

        sample(180, 4_000, 2_000, 4);

        assertThat(wanted()).isEqualTo(5);
        sample(400, 900_000, 0, 24);
        sample(600, 900_000, 0, 24);
        assertThat(wanted()).isEqualTo(24);
        GroupScaling told = signal.last().groups().get(0);
        assertThat(told.group()).isEqualTo("audit");
        assertThat(told.target()).isEqualTo(5_000);
    }

    @Test
    void shouldBelieveAMemberThatItsBreakerIsOpenUntilItSaysNothingMore() {
        sample(0, 90_000, 0, 2);
        signal.onHeard(new GroupLoad("audit", "node-1-audit-0", true, 0.001, 0.05), 179 * SECOND);
        sample(180, 90_000, 0, 2);
        assertThat(wanted()).isEqualTo(2);
        assertThat(signal.last().groups().get(0).reason()).contains("the breaker is open");

        sample(210, 90_000, 0, 2);

        assertThat(wanted()).isEqualTo(4);
    }

    /** Large batches take their time: what they are told to take is not slow, and each member knows its own. */
    @Test
    void shouldNotTakeForSlowWhatIsWithinTheLimitWhereTheGroupRuns() {
        sample(0, 90_000, 0, 2);
        signal.onHeard(new GroupLoad("audit", "node-1-audit-0", false, 0.1, 0.13), 179 * SECOND);
        signal.onHeard(new GroupLoad("audit", "node-2-audit-0", false, 0.04, 0.05), 179 * SECOND);
        sample(180, 90_000, 0, 2);
        assertThat(wanted()).isEqualTo(4);

        signal.onHeard(new GroupLoad("audit", "node-1-audit-0", false, 0.1, 0.13), 210 * SECOND);
        signal.onHeard(new GroupLoad("audit", "node-2-audit-0", false, 0.06, 0.05), 210 * SECOND);
        sample(210, 90_000, 0, 2);
        assertThat(wanted()).isEqualTo(2);
        assertThat(signal.last().groups().get(0).reason()).contains("the downstream is slow");
    }

    @Test
    void shouldTakeFiftyMillisecondsForTheLimitOfAMemberThatTellsNone() {
        sample(0, 90_000, 0, 2);
        signal.onHeard(new GroupLoad("audit", "node-1-audit-0", false, 0.051, 0), 179 * SECOND);
        sample(180, 90_000, 0, 2);
        assertThat(wanted()).isEqualTo(2);

        signal.onHeard(new GroupLoad("audit", "node-1-audit-0", false, 0.05, 0), 209 * SECOND);
        sample(210, 90_000, 0, 2);
        assertThat(wanted()).isEqualTo(4);
    }

    private void sample(long second, long lag, long retries, int members) {
        signal.onSampled(new LagReport(List.of(), List.of(new TopicLag("audit", "events", lag, OptionalDouble.empty(), 24, members),
                new TopicLag("audit", "events.retry", retries, OptionalDouble.empty(), 24, members)), 0, lag + retries, second * 1_000),
                second * SECOND);
    }

    private double wanted() {
        return meters.get("consumer_instances_wanted").tag("group", "audit").gauge().value();
    }
}
