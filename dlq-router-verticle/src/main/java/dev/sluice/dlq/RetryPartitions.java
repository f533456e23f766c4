package dev.sluice.dlq;

import dev.sluice.event.RawRecord;
import dev.sluice.failure.RetrySchedule;

import java.util.Arrays;

/**
 * Chooses the partition of a retry: of a group's records, a partition holds those of one delay only, so its head is
 * always due first and nothing waits behind a longer delay. Delay class {@code c} owns the partitions {@code p} with
 * {@code p % delayClasses == c}; within them records spread by key. With fewer partitions than delays some share one:
 * a record may then be late, never lost. Pure.
 */
final class RetryPartitions {

    private RetryPartitions() {
    }

    static int choose(RawRecord record, int retry, RetrySchedule schedule, int partitions) {
        int classes = schedule.delayClasses();
        int first = schedule.delayClass(retry) % partitions;
        int owned = Math.max(1, (partitions - first + classes - 1) / classes);
        return first + classes * Math.floorMod(spread(record), owned);
    }

    private static int spread(RawRecord record) {
        if (record.key() == null) {
            return Long.hashCode(record.offset());
        }
        int hash = Arrays.hashCode(record.key()) * 0x9E3779B1;
        return hash ^ hash >>> 16;
    }
}
