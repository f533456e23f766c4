package dev.sluice.gateway;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {

    private final AtomicReference<Double> random = new AtomicReference<>(0.5);
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), random::get);

    private List<Long> next(int pauses) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < pauses; i++) {
            all.add(backoff.next());
        }
        return all;
    }

    @Test
    void shouldDoubleUntilItBeginsAnew() {
        assertThat(next(6)).containsExactly(50L, 100L, 200L, 400L, 800L, 1_600L);
        backoff.reset();
        assertThat(next(2)).containsExactly(50L, 100L);
    }

    @Test
    void shouldBeUpToAFifthShorterOrLonger() {
        random.set(0.0);
        assertThat(next(2)).containsExactly(40L, 80L);
        random.set(1.0);
        assertThat(next(2)).containsExactly(240L, 480L);
    }

    @Test
    void shouldNotRunOver() {
        assertThat(next(100)).last().isEqualTo(60_000L);
    }
}
