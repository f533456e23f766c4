package dev.sluice.dlq;

import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Sequences;
import dev.sluice.event.Topics;

import java.util.OptionalLong;

/** Where a record stood when it was read for the first time. Its copies in retry topics carry it with them. */
record Place(String topic, int partition, long offset) {

    static Place ofOriginal(RawRecord record) {
        if (Topics.isRetry(record.topic())) {
            String topic = record.header(FailureHeaders.ORIGINAL_TOPIC);
            OptionalLong partition = Sequences.parse(record.header(FailureHeaders.ORIGINAL_PARTITION));
            OptionalLong offset = Sequences.parse(record.header(FailureHeaders.ORIGINAL_OFFSET));
            if (topic != null && partition.isPresent() && partition.getAsLong() <= Integer.MAX_VALUE && offset.isPresent()) {
                return new Place(topic, (int) partition.getAsLong(), offset.getAsLong());
            }
        }
        return new Place(record.topic(), record.partition(), record.offset());
    }

    /** Of the letter with an id from {@code dead_letters}: {@code topic-partition-offset}. */
    static Place ofLetter(String id) {
        int offset = id.lastIndexOf('-');
        int partition = id.lastIndexOf('-', offset - 1);
        return new Place(id.substring(0, partition), Integer.parseInt(id.substring(partition + 1, offset)),
                Long.parseLong(id.substring(offset + 1)));
    }
}
