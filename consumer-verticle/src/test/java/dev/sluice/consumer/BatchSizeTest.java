package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BatchSizeTest {

    private final BatchSize size = new BatchSize(2_000);

    @Test
    void shouldDoubleAfterFullBatchesThatTookLessThanHalfOfItsAim() {
        size.onCommitted(64, 9);
        assertThat(size.limit()).isEqualTo(128);
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
            size.onCommitted(size.limit(), 500);
        }
        assertThat(size.limit()).isEqualTo(1);
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
}
