package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.UUID;
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

    @Test
    void shouldForgetTheOldestWhetherUuidOrNot() {
        String uuid = UUID.randomUUID().toString();
        String later = UUID.randomUUID().toString();
        window.add(List.of(uuid), 0);
        window.add(List.of("other"), 1);
        window.add(List.of(later), 2);
        window.add(IntStream.range(0, SettledWindow.SIZE - 2).mapToObj(Integer::toString).toList(), 3);
        assertThat(window.contains(uuid, 3)).isFalse();
        assertThat(window.contains("other", 3)).isTrue();
        window.add(List.of("one", "more"), 3);
        assertThat(window.contains("other", 3)).isFalse();
        assertThat(window.contains(later, 3)).isFalse();
        assertThat(window.size()).isEqualTo(SettledWindow.SIZE);
    }

    @Test
    void shouldTellUuidsApartFromTheSameInOtherLetters() {
        window.add(List.of("0a0b0c0d-0000-4000-8000-00000000000f"), 0);
        assertThat(window.contains("0a0b0c0d-0000-4000-8000-00000000000f", SettledWindow.KEPT_NANOS)).isTrue();
        assertThat(window.contains("0a0b0c0d-0000-4000-8000-00000000000f", SettledWindow.KEPT_NANOS + 1)).isFalse();
        assertThat(window.contains("0A0B0C0D-0000-4000-8000-00000000000F", 0)).isFalse();
    }
}
