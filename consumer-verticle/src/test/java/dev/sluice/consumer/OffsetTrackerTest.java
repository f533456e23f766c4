package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OffsetTrackerTest {

    @Test
    void shouldNotPassAnUnsettledOffset() {
        OffsetTracker tracker = new OffsetTracker(10);
        tracker.onPolled(10);
        tracker.onPolled(11);
        tracker.onPolled(12);

        tracker.settle(12);
        tracker.settle(11);
        assertThat(tracker.watermark()).isEqualTo(10);

        tracker.settle(10);
        assertThat(tracker.watermark()).isEqualTo(13);
    }

    @Test
    void shouldStandAtTheNextReadOffsetAcrossGaps() {
        OffsetTracker tracker = new OffsetTracker(0);
        tracker.onPolled(3);
        tracker.onPolled(1_000_000_000_000L);

        tracker.settle(3);

        assertThat(tracker.watermark()).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void shouldFollowThePositionOnlyWhenAllIsSettled() {
        OffsetTracker tracker = new OffsetTracker(0);
        tracker.onPolled(0);
        tracker.onPosition(5);
        assertThat(tracker.watermark()).isZero();

        tracker.settle(0);
        assertThat(tracker.watermark()).isEqualTo(5);
    }

    @Test
    void shouldKnowASecondOutcomeFromAFirst() {
        OffsetTracker tracker = new OffsetTracker(0);
        tracker.onPolled(0);

        assertThat(tracker.settle(0)).isTrue();
        assertThat(tracker.settle(0)).isFalse();
        assertThat(tracker.settle(7)).isFalse();
    }

    @Test
    void shouldRefuseAnOffsetThatWasRead() {
        OffsetTracker tracker = new OffsetTracker(5);
        assertThatThrownBy(() -> tracker.onPolled(4)).hasMessageContaining("offset 4 was read before");
    }

    @Test
    void shouldAgreeWithAPlainSetOverRandomOrders() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            OffsetTracker tracker = new OffsetTracker(0);
            Set<Long> unsettled = new HashSet<>();
            List<Long> read = new ArrayList<>();
            long next = 0;
            for (int i = 0; i < 200; i++) {
                next += 1 + random.nextInt(3);
                tracker.onPolled(next);
                unsettled.add(next);
                read.add(next);
            }
            Collections.shuffle(read, random);
            for (long offset : read) {
                tracker.settle(offset);
                unsettled.remove(offset);
                long expected = unsettled.isEmpty() ? next + 1 : Collections.min(unsettled);
                assertThat(tracker.watermark()).as("seed %d", seed).isEqualTo(expected);
            }
        }
    }
}
