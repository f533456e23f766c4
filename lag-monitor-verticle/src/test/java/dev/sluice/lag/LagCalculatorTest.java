package dev.sluice.lag;

import dev.sluice.bus.LagReport.PartitionLag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.OptionalLong;

import static org.assertj.core.api.Assertions.assertThat;

class LagCalculatorTest {

    @ParameterizedTest(name = "committed {0}, low {1}, end {2}: lag {3}")
    @CsvSource({
            "0, 0, 0, 0",
            "0, 0, 10, 10",
            "4, 0, 10, 6",
            "10, 0, 10, 0",
            "4, 7, 10, 3",      // records 4 to 6 were deleted: nobody is behind them
            "4, 10, 10, 0",     // all were
            "12, 0, 10, 0"})    // the commit is newer than the end that was seen
    void shouldCountWhatIsStillToBeRead(long committed, long low, long end, long lag) {
        assertThat(LagCalculator.of("g", "t", 0, OptionalLong.of(committed), low, end).lag()).hasValue(lag);
    }

    @Test
    void shouldHaveNoLagWithoutACommit() {
        assertThat(LagCalculator.of("g", "t", 0, OptionalLong.empty(), 3, 10).lag()).isEmpty();
    }

    @Test
    void shouldCountInTheTotalAPartitionWithoutACommitFromItsOldestRecord() {
        PartitionLag none = LagCalculator.of("g", "t", 0, OptionalLong.empty(), 3, 10);
        PartitionLag some = LagCalculator.of("g", "t", 1, OptionalLong.of(8), 3, 10);

        assertThat(LagCalculator.total(List.of(none, some))).isEqualTo(7 + 2);
    }
}
