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
        assertThat(gate.holdsAnyOf(slow)).isTrue();
        assertThat(gate.due(1_000)).containsExactly(first, second);
        assertThat(gate.holdsAnyOf(slow)).isFalse();
        assertThat(gate.heldBytes(slow)).isZero();
    }

    @Test
    void shouldNotLetALongDelayHoldUpAShortOne() {
        Work late = Works.work(slow, 1);
        Work soon = Works.work(fast, 1);
        gate.hold(late, 30_000);
        gate.hold(soon, 2_000);

        assertThat(gate.nextDueMillis()).hasValue(2_000);
        assertThat(gate.due(2_000)).containsExactly(soon);
        assertThat(gate.nextDueMillis()).hasValue(30_000);
    }

    @Test
    void shouldReadAPartitionAheadUntilItHoldsEnough() {
        for (int i = 0; i < RetryGate.MOST_HELD - 1; i++) {
            gate.hold(Works.work(slow, i), 1_000 + i);
        }
        assertThat(gate.closed()).isEmpty();

        gate.hold(Works.work(slow, 999), 9_000);
        gate.hold(Works.work(fast, 1), 1_000);

        assertThat(gate.closed()).containsExactly(slow);
        gate.due(1_000);
        assertThat(gate.closed()).isEmpty();
    }

    @Test
    void shouldForgetAPartitionThatIsGone() {
        gate.hold(Works.work(slow, 1), 1_000);
        gate.forget(slow);

        assertThat(gate.due(5_000)).isEmpty();
        assertThat(gate.nextDueMillis()).isEmpty();
    }
}
