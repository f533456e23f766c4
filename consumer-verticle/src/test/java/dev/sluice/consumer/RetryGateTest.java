package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetryGateTest {

    private final RetryGate gate = new RetryGate();
    private final AssignedPartition slow = Works.partition(0);
    private final AssignedPartition fast = Works.partition(1);

    @Test
    void shouldHandOutWhatIsDueInTheOrderOfItsPartition() {
        Work first = Works.work(slow, 1);
        Work second = Works.work(slow, 2);
        gate.hold(first, 1_000);
        gate.hold(second, 900);

        assertThat(gate.due(999)).isEmpty();
        assertThat(gate.due(1_000)).containsExactly(first, second);
        assertThat(gate.closed()).isEmpty();
    }

    @Test
    void shouldNotLetALongDelayHoldUpAShortOne() {
        Work late = Works.work(slow, 1);
        Work soon = Works.work(fast, 1);
        gate.hold(late, 30_000);
        gate.hold(soon, 2_000);

        assertThat(gate.nextDueMillis()).hasValue(2_000);
        assertThat(gate.due(2_000)).containsExactly(soon);
        assertThat(gate.closed()).containsExactly(slow);
        assertThat(gate.nextDueMillis()).hasValue(30_000);
    }

    @Test
    void shouldForgetAPartitionThatIsGone() {
        gate.hold(Works.work(slow, 1), 1_000);
        gate.forget(slow);

        assertThat(gate.due(5_000)).isEmpty();
        assertThat(gate.nextDueMillis()).isEmpty();
    }
}
