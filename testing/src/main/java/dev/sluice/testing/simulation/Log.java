package dev.sluice.testing.simulation;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import java.util.ArrayList;
import java.util.List;

/** One partition: records at ascending offsets, with gaps where a transaction's marker or a compacted record was. */
final class Log {

    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    /** The next offset that is given out; above the last record's by more than one after a marker. */
    private long end;

    long end() {
        return end;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return records;
    }

    void append(ConsumerRecord<byte[], byte[]> record) {
        records.add(record);
        end = record.offset() + 1;
    }

    void leaveGap(int offsets) {
        end += offsets;
    }

    /** @return the place in {@link #records} of the first record at the offset or above */
    int indexOf(long offset) {
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (records.get(middle).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
