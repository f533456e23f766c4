package dev.sluice.consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class BatchSizeTest {

    private final BatchSize size = new BatchSize(2_000, BatchSize.USUAL);

    @Test
    void shouldDoubleAfterFullBatchesThatTookLessThanHalfOfItsAim() {
        size.onCommitted(64, 9);
        assertThat(size.limit()).isEqualTo(128);
    }

    @Test
    void shouldAimAtTheTimeThatItIsTold() {
        BatchSize patient = new BatchSize(2_000, Duration.ofMillis(60));
        patient.onCommitted(64, 29);
        assertThat(patient.limit()).isEqualTo(128);
        patient.onCommitted(128, 100);
        assertThat(patient.limit()).isEqualTo(128);
        patient.onCommitted(128, 500);
        assertThat(patient.limit()).isEqualTo(64);
    }

    @Test
    void shouldLearnNothingFromBatchesThatWereNotFull() {
        size.onCommitted(63, 1);
        assertThat(size.limit()).isEqualTo(64);
    }

    @Test
    void shouldHalveAfterTwiceItsAim() {
        size.onCommitted(64, 41);
        assertThat(size.limit()).isEqualTo(32);
    }

    @Test
    void shouldKeepItsBounds() {
        for (int i = 0; i < 20; i++) {
            size.onCommitted(size.limit(), 1);
        }
        assertThat(size.limit()).isEqualTo(2_000);
        for (int i = 0; i < 20; i++) {
            size.onCommitted(size.limit(), 50L * size.limit());
        }
        assertThat(size.limit()).isLessThanOrEqualTo(2);
        BatchSize alone = new BatchSize(1, BatchSize.USUAL);
        for (int i = 0; i < 20; i++) {
            alone.onCommitted(1, 500);
            assertThat(alone.limit()).isEqualTo(1);
        }
    }

    @Test
    void shouldSettleNearItsAimAtASteadyCost() {
        for (int i = 0; i < 50; i++) {
            size.onCommitted(size.limit(), size.limit() / 20);
        }
        assertThat(size.limit()).isBetween(300, 800);
        int settled = size.limit();
        size.onCommitted(size.limit(), size.limit() / 20);
        assertThat(size.limit()).isEqualTo(settled);
    }

    /** A commit of 30 ms, or of 200 ms: batches of one would do 33 events a second, or 5. */
    @ParameterizedTest
    @ValueSource(longs = {30, 200, 600})
    void shouldNotShrinkForWhatEachTransactionTakesByItself(long fixed) {
        for (int i = 0; i < 100; i++) {
            size.onCommitted(size.limit(), fixed + size.limit() / 20);
        }
        assertThat(size.limit() / 20).isGreaterThanOrEqualTo((int) fixed / 8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldGrowBackThroughNoise(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            size.onCommitted(size.limit(), 100L * size.limit());
        }
        assertThat(size.limit()).isLessThanOrEqualTo(2);

        double eventsPerSecond = 0;
        for (int i = 0; i < 200; i++) {
            long millis = 20 + random.nextInt(60) + size.limit() / 20;
            eventsPerSecond += size.limit() * 1_000.0 / millis / 200;
            size.onCommitted(size.limit(), millis);
        }
        assertThat(eventsPerSecond).isGreaterThan(2_000);
    }

    @Test
    void shouldShrinkWhereLargeBatchesMeetConflicts() {
        for (int i = 0; i < 100; i++) {
            size.onCommitted(size.limit(), 10 + (long) size.limit() * size.limit() / 100);
        }
        assertThat(size.limit()).isBetween(8, 90);
    }

    @Test
    void shouldBeItselfAgainSoonAfterAnOutage() {
        for (int i = 0; i < 50; i++) {
            size.onCommitted(size.limit(), 2 + size.limit() / 20);
        }
        int before = size.limit();
        size.onCommitted(size.limit(), 30_000);
        for (int i = 0; i < 20; i++) {
            size.onCommitted(size.limit(), 2 + size.limit() / 20);
        }
        assertThat(size.limit()).isGreaterThan(before / 2);
    }
}
