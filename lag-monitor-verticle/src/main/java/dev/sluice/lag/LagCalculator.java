package dev.sluice.lag;

import java.util.OptionalLong;

/** Lag from offsets. Records below low are gone, nobody is behind them. Pure. */
final class LagCalculator {

    private LagCalculator() {
    }

    /** Empty for a group that never committed: "none" is not 0. */
    static OptionalLong lag(PartitionReading reading) {
        return reading.committed().isEmpty() ? OptionalLong.empty() : OptionalLong.of(outstanding(reading));
    }

    /** What is still to be read; a group without a commit starts at the oldest record. */
    static long outstanding(PartitionReading reading) {
        return Math.max(0, reading.end() - reading.next());
    }
}
