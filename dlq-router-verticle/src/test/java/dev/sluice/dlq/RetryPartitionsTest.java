package dev.sluice.dlq;

import dev.sluice.event.RawRecord;
import dev.sluice.failure.RetrySchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class RetryPartitionsTest {

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 12, 24, 25})
    void shouldNeverPutTwoDelaysIntoOnePartitionAndUseThemAll(int partitions) {
        Set<Integer> used = new HashSet<>();
        for (int retry = 1; retry <= 4; retry++) {
            for (int key = 0; key < 2_000; key++) {
                int partition = RetryPartitions.choose(keyed("permit:" + key), retry, RetrySchedule.STANDARD, partitions);
                assertThat(partition).isBetween(0, partitions - 1);
                assertThat(partition % 4).isEqualTo(retry - 1);
                used.add(partition);
            }
        }
        assertThat(used).hasSize(partitions);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldShareWhenThereAreFewerPartitionsThanDelays(int partitions) {
        for (int retry = 1; retry <= 4; retry++) {
            assertThat(RetryPartitions.choose(keyed("permit:1"), retry, RetrySchedule.STANDARD, partitions))
                    .isBetween(0, partitions - 1);
        }
    }

    @Test
    void shouldPutRetriesWithTheSameLongestDelayTogether() {
        RetrySchedule schedule = new RetrySchedule(8, Duration.ofSeconds(1), Duration.ofSeconds(30));

        assertThat(RetryPartitions.choose(keyed("permit:1"), 7, schedule, 24))
                .isEqualTo(RetryPartitions.choose(keyed("permit:1"), 5, schedule, 24));
    }

    @Test
    void shouldSpreadRecordsWithoutAKey() {
        Set<Integer> used = new HashSet<>();
        for (long offset = 0; offset < 100; offset++) {
            RawRecord record = new RawRecord("events", 0, offset, 0, null, Failures.VALUE, List.of());
            used.add(RetryPartitions.choose(record, 1, RetrySchedule.STANDARD, 24));
        }
        assertThat(used).containsExactlyInAnyOrder(0, 4, 8, 12, 16, 20);
    }

    private static RawRecord keyed(String key) {
        return new RawRecord("events", 0, 0, 0, key.getBytes(StandardCharsets.UTF_8), Failures.VALUE, List.of());
    }
}
