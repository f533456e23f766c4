package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class EntityOrderTest {

    private final AssignedPartition partition = Works.partition(0);
    private final List<Work> current = new ArrayList<>();

    private Work offered(EntityOrder order, long sequence, long offset) {
        Work work = Works.work(partition, offset);
        order.offer(sequence, work, current);
        return work;
    }

    @Test
    void shouldTakeWhatCameTooEarlyRightBehindTheMissingOne() {
        EntityOrder order = new EntityOrder(4, List.of());
        Work seven = offered(order, 7, 1);
        Work six = offered(order, 6, 2);
        Work nine = offered(order, 9, 3);
        assertThat(current).isEmpty();
        Work five = offered(order, 5, 4);

        assertThat(current).containsExactly(five, six, seven);
        assertThat(order.early()).containsExactly(nine);
        assertThat(order.last()).isEqualTo(7);
        assertThat(order.late()).isEmpty();
    }

    @Test
    void shouldSetAsideWhatIsOlderAndTheSecondOfASequence() {
        EntityOrder order = new EntityOrder(4, List.of());
        Work four = offered(order, 4, 1);
        Work six = offered(order, 6, 2);
        Work again = offered(order, 6, 3);

        assertThat(order.late()).containsExactly(four, again);
        assertThat(order.early()).containsExactly(six);
        assertThat(order.last()).isEqualTo(4);
    }

    @Test
    void shouldNotWaitForWhatIsGivenUpButForWhatIsMissingBeforeIt() {
        EntityOrder order = new EntityOrder(4, List.of(5L, 6L, 9L));
        Work seven = offered(order, 7, 1);
        Work ten = offered(order, 10, 2);
        assertThat(current).containsExactly(seven);
        Work eight = offered(order, 8, 3);

        assertThat(current).containsExactly(seven, eight, ten);
        assertThat(order.last()).isEqualTo(10);
    }
}
