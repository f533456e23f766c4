package dev.sluice.lag;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            "12, 0, 10, 10",    // the commit is of an earlier topic of this name: all of this one is unread
            "12, 3, 10, 7"})
    void shouldCountWhatIsStillToBeRead(long committed, long low, long end, long lag) {
        assertThat(LagCalculator.lag(Readings.of(OptionalLong.of(committed), low, end))).hasValue(lag);
    }

    @Test
    void shouldHaveNoLagWithoutACommitAndCountItFromItsOldestRecordAllTheSame() {
        PartitionReading never = Readings.of(OptionalLong.empty(), 3, 10);

        assertThat(LagCalculator.lag(never)).isEmpty();
        assertThat(LagCalculator.outstanding(never)).isEqualTo(7);
    }
}
