package dev.sluice.consumer;

import dev.sluice.consumer.BlockedLanes.Due;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class BlockedLanesTest {

    private static final ByteBuffer LANE = ByteBuffer.wrap(new byte[] {1});
    private static final ByteBuffer OTHER = ByteBuffer.wrap(new byte[] {2});

    private final AssignedPartition partition = Works.partition(0);
    private final BlockedLanes lanes = new BlockedLanes();

    @Test
    void shouldHoldALaneBackUntilItsHeadIsDueAndRunItOnce() {
        lanes.onHeadFailed(partition, LANE);
        lanes.onHeadParked(partition, LANE, true, 1_000);
        lanes.onEnded(partition, LANE, false);

        assertThat(lanes.isBlocked(partition, LANE)).isTrue();
        assertThat(lanes.isBlocked(partition, OTHER)).isFalse();
        assertThat(lanes.nextDueMillis()).hasValue(1_000);
        assertThat(lanes.due(999, 10)).isEmpty();
        assertThat(lanes.due(1_000, 10)).containsExactly(new Due(partition, LANE));
        assertThat(lanes.due(2_000, 10)).isEmpty();
    }

    @Test
    void shouldOpenALaneWhenItsLastRowIsGone() {
        lanes.onFound(partition, LANE, 2, 0);
        lanes.due(0, 10);
        lanes.onLoaded(partition, LANE, 2);
        lanes.onRowDeleted(partition, LANE);
        lanes.onRowDeleted(partition, LANE);
        lanes.onEnded(partition, LANE, true);
        assertThat(lanes.isBlocked(partition, LANE)).isTrue();
        lanes.onEnded(partition, LANE, true);

        assertThat(lanes.isBlocked(partition, LANE)).isFalse();
        assertThat(lanes.parked()).isZero();
    }

    /** A replaced owner may have added one where its successor had begun already. */
    @Test
    void shouldNotOpenALaneWhileThereAreRowsThatItDidNotKnowOf() {
        lanes.onFound(partition, LANE, 1, 0);
        lanes.due(0, 10);
        lanes.onLoaded(partition, LANE, 2);
        lanes.onRowDeleted(partition, LANE);
        lanes.onEnded(partition, LANE, true);
        lanes.onEnded(partition, LANE, true);

        assertThat(lanes.isBlocked(partition, LANE)).isTrue();
        assertThat(lanes.parked()).isEqualTo(1);
        assertThat(lanes.due(0, 10)).containsExactly(new Due(partition, LANE));
    }

    /** The rows were read before it was written, and the answer came after. */
    @Test
    void shouldNotOpenALaneThatIsReadAsEmptyWhenARowWasWrittenMeanwhile() {
        lanes.onFound(partition, LANE, 1, 0);
        lanes.due(0, 10);
        lanes.onArriving(partition, LANE);
        lanes.onArrived(partition, LANE, true);
        lanes.onEnded(partition, LANE, false);

        lanes.onLoaded(partition, LANE, 0);

        assertThat(lanes.parked()).isEqualTo(1);
        assertThat(lanes.due(0, 10)).containsExactly(new Due(partition, LANE));
        lanes.onLoaded(partition, LANE, 0);
        assertThat(lanes.isBlocked(partition, LANE)).isFalse();
    }

    @Test
    void shouldCountWhatWasWrittenWhileMoreRowsThanItKnewOfWereRead() {
        lanes.onFound(partition, LANE, 1, 0);
        lanes.due(0, 10);
        lanes.onArriving(partition, LANE);
        lanes.onArrived(partition, LANE, true);
        lanes.onEnded(partition, LANE, false);

        lanes.onLoaded(partition, LANE, 2);
        for (int row = 0; row < 2; row++) {
            lanes.onRowDeleted(partition, LANE);
            lanes.onEnded(partition, LANE, true);
        }

        assertThat(lanes.isBlocked(partition, LANE)).isTrue();
    }

    @Test
    void shouldNotOpenALaneWhileARowIsStillBeingWritten() {
        lanes.onFound(partition, LANE, 1, 0);
        lanes.due(0, 10);
        lanes.onArriving(partition, LANE);
        lanes.onLoaded(partition, LANE, 0);
        assertThat(lanes.isBlocked(partition, LANE)).isTrue();

        lanes.onArrived(partition, LANE, true);
        lanes.onEnded(partition, LANE, false);
        assertThat(lanes.due(0, 10)).containsExactly(new Due(partition, LANE));
    }

    @Test
    void shouldLetNothingOfALaneStartOnceOneOfItHasFailed() {
        lanes.onFound(partition, LANE, 3, 0);
        lanes.due(0, 10);
        lanes.onLoaded(partition, LANE, 3);
        assertThat(lanes.mayRun(partition, LANE)).isTrue();

        lanes.onHeadFailed(partition, LANE);
        assertThat(lanes.mayRun(partition, LANE)).isFalse();
        lanes.onEnded(partition, LANE, true);
        lanes.onEnded(partition, LANE, true);
        assertThat(lanes.due(10_000, 10)).as("the failed one's way is not decided").isEmpty();
        lanes.onHeadParked(partition, LANE, false, 500);
        lanes.onEnded(partition, LANE, true);

        assertThat(lanes.due(499, 10)).isEmpty();
        assertThat(lanes.due(500, 10)).hasSize(1);
        lanes.onLoaded(partition, LANE, 3);
        assertThat(lanes.mayRun(partition, LANE)).isTrue();
    }

    @Test
    void shouldOpenALaneWhoseHeadDiedWithNothingBehindIt() {
        lanes.onHeadFailed(partition, LANE);
        lanes.onHeadGone(partition, LANE, false);
        lanes.onEnded(partition, LANE, false);

        assertThat(lanes.isBlocked(partition, LANE)).isFalse();
    }

    @Test
    void shouldComeBackToALaneThatCouldNotBeReadAndToOneThatWasBusyWhenDue() {
        lanes.onFound(partition, LANE, 1, 0);
        lanes.onFound(partition, OTHER, 1, 0);
        lanes.onArriving(partition, OTHER);
        assertThat(lanes.due(0, 10)).containsExactly(new Due(partition, LANE));
        lanes.onNotLoaded(partition, LANE, 200);
        lanes.onArrived(partition, OTHER, true);
        lanes.onEnded(partition, OTHER, false);

        assertThat(lanes.due(0, 10)).containsExactly(new Due(partition, OTHER));
        assertThat(lanes.due(200, 10)).containsExactly(new Due(partition, LANE));
    }

    @Test
    void shouldServeTheLanesThatAreDueFirstFirst() {
        lanes.onFound(partition, LANE, 1, 300);
        lanes.onFound(partition, OTHER, 1, 100);

        assertThat(lanes.due(1_000, 1)).isEqualTo(List.of(new Due(partition, OTHER)));
        assertThat(lanes.due(1_000, 1)).isEqualTo(List.of(new Due(partition, LANE)));
    }

    @Test
    void shouldForgetAPartitionThatIsAnothersNow() {
        lanes.onFound(partition, LANE, 5, 0);
        lanes.forget(partition);
        lanes.onRowDeleted(partition, LANE);
        lanes.onEnded(partition, LANE, true);

        assertThat(lanes.parked()).isZero();
        assertThat(lanes.isBlocked(partition, LANE)).isFalse();
        assertThat(lanes.due(1_000, 10)).isEmpty();
    }
}
