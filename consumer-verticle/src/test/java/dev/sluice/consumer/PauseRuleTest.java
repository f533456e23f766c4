package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class PauseRuleTest {

    private final PauseRule rule = new PauseRule(500);
    private final AssignedPartition first = Works.partition(0);
    private final AssignedPartition second = Works.partition(1);
    private final List<AssignedPartition> both = List.of(first, second);

    @Test
    void shouldPauseAllFromEightyPercentOfTheQueueUntilTenAreLeft() {
        assertThat(paused(both, 399, 1_000)).isEmpty();
        assertThat(paused(both, 400, 1_000)).containsExactlyInAnyOrder(first, second);
        assertThat(paused(both, 50, 1_000)).containsExactlyInAnyOrder(first, second);
        assertThat(paused(both, 49, 1_000)).isEmpty();
        assertThat(paused(both, 399, 1_000)).isEmpty();
    }

    @Test
    void shouldPauseAllWhenTheBudgetIsUsedUpUntilHalfOfItIsFree() {
        Works.poll(first, 0, 300);
        Works.poll(second, 0, 300);
        Works.poll(second, 1, 400);
        assertThat(paused(both, 0, 1_000)).hasSize(2);
        second.settle(1, 400);
        assertThat(paused(both, 0, 1_000)).hasSize(2);
        first.settle(0, 300);
        assertThat(paused(both, 0, 1_000)).isEmpty();
    }

    @Test
    void shouldPauseAllWithoutABudget() {
        assertThat(paused(both, 0, 0)).hasSize(2);
        assertThat(paused(both, 0, 1_000)).isEmpty();
    }

    @Test
    void shouldPauseTheOneThatHoldsTwiceItsShareUntilItIsBackAtIt() {
        List<AssignedPartition> four = List.of(first, second, Works.partition(2), Works.partition(3));
        Works.poll(first, 0, 250);
        Works.poll(first, 1, 260);
        assertThat(paused(four, 0, 1_000)).containsExactly(first);
        first.settle(0, 250);
        assertThat(paused(four, 0, 1_000)).containsExactly(first);
        Works.poll(first, 2, 10);
        first.settle(1, 260);
        assertThat(paused(four, 0, 1_000)).isEmpty();
    }

    private Set<AssignedPartition> paused(List<AssignedPartition> assigned, int waiting, long budget) {
        return rule.paused(assigned, waiting, budget, AssignedPartition::unsettledBytes);
    }
}
