package dev.sluice.testing.load;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class PaceTest {

    private static final Duration DEBT = Duration.ofSeconds(2);

    @Test
    void shouldLetEventsLeaveAtTheirTime() throws Exception {
        long began = System.nanoTime();
        Pace pace = new Pace(100, DEBT, 1_000);

        assertThat(pace.awaitTurn(30)).isTrue();
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(290));
        assertThat(pace.isDue(900)).isFalse();
    }

    @Test
    void shouldHoldThemAtTheLimitUntilItMoves() throws Exception {
        Pace pace = new Pace(1_000_000, DEBT, 10);
        CompletableFuture<Boolean> eleventh = CompletableFuture.supplyAsync(() -> {
            try {
                return pace.awaitTurn(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(pace.isDue(9)).isTrue();
        assertThat(pace.isDue(10)).isFalse();
        assertThat(eleventh).isNotDone();

        pace.allowUpTo(11);
        assertThat(eleventh.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldForgiveADebtThatIsTooLong() throws Exception {
        Pace pace = new Pace(1_000, Duration.ofMillis(10), 1_000_000);
        assertThat(pace.awaitTurn(200)).isTrue();
        CompletableFuture.runAsync(() -> { }, CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)).get();

        assertThat(pace.isDue(201)).isTrue();
        assertThat(pace.isDue(300)).as("due long ago by the first plan").isFalse();
    }

    @Test
    void shouldKeepNobodyAtTheEnd() throws Exception {
        Pace pace = new Pace(1, DEBT, 10);
        pace.end();

        assertThat(pace.awaitTurn(9)).isFalse();
    }
}
