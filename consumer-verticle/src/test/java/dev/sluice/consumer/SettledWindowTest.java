package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class SettledWindowTest {

    private final SettledWindow window = new SettledWindow();

    @Test
    void shouldKnowWhatWasSettledUntilItIsTooOld() {
        window.add(List.of("a"), 0);
        assertThat(window.contains("a", SettledWindow.KEPT_NANOS)).isTrue();
        assertThat(window.contains("a", SettledWindow.KEPT_NANOS + 1)).isFalse();
        assertThat(window.contains("b", 0)).isFalse();
    }

    @Test
    void shouldHoldTheNewestOnly() {
        window.add(List.of("old"), 0);
        window.add(IntStream.range(0, SettledWindow.SIZE).mapToObj(Integer::toString).toList(), 1);
        assertThat(window.size()).isEqualTo(SettledWindow.SIZE);
        assertThat(window.contains("old", 1)).isFalse();
        assertThat(window.contains("0", 1)).isTrue();
    }

    @Test
    void shouldNotHoldWhatIsTooOldUntilItsRoomIsNeeded() {
        window.add(List.of("a", "b"), 0);
        window.add(List.of("c"), SettledWindow.KEPT_NANOS + 1);
        assertThat(window.size()).isEqualTo(1);
    }
}
