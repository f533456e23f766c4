package dev.sluice.lag;

import java.util.Optional;
import java.util.OptionalLong;

/** Readings of one partition for tests. */
final class Readings {

    private Readings() {
    }

    static PartitionReading of(OptionalLong committed, long low, long end) {
        return of("id", committed, low, end, Optional.of("node-1-g-0"));
    }

    static PartitionReading of(String topicId, OptionalLong committed, long low, long end, Optional<String> member) {
        return new PartitionReading("g", "t", topicId, 0, committed, low, end, member);
    }
}
