package dev.sluice.consumer;

import dev.sluice.event.FailureHeaders;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** From a record that was polled to work: decoded, and of a retry topic only what is this group's, when it is due. Poll thread only. */
final class RecordIntake {

    private static final RawRecord.Header[] NO_HEADERS = {};

    private final String group;
    private final RetryGate retryGate;
    private final EventDecoder decoder = new EventDecoder();

    RecordIntake(String group, RetryGate retryGate) {
        this.group = group;
        this.retryGate = retryGate;
    }

    /** @return work to be handed over now; empty when it is another group's, or held until it is due */
    Optional<Work> onRecordPolled(ConsumerRecord<byte[], byte[]> consumed, AssignedPartition partition) {
        RawRecord record = raw(consumed);
        partition.onPolled(record.offset(), record.size());
        boolean retry = Topics.isRetry(record.topic());
        if (retry && !group.equals(record.header(FailureHeaders.ORIGINAL_GROUP))) {
            partition.settle(record.offset(), record.size());
            return Optional.empty();
        }
        Work work = new Work(partition, record, decoder.decode(record, partition.topicId()), System.nanoTime());
        long due = retry ? dueMillis(record) : 0;
        if (retry && (due > System.currentTimeMillis() || retryGate.holdsAnyOf(partition))) {
            retryGate.hold(work, due);
            return Optional.empty();
        }
        return Optional.of(work);
    }

    private static long dueMillis(RawRecord record) {
        String after = record.header(FailureHeaders.RETRY_AFTER);
        try {
            return after == null ? 0 : Instant.parse(after).toEpochMilli();
        } catch (DateTimeException notOurs) {
            return 0;
        }
    }

    private static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        Header[] all = record.headers().toArray(); // for none the same empty array each time
        RawRecord.Header[] headers = all.length == 0 ? NO_HEADERS : new RawRecord.Header[all.length];
        for (int i = 0; i < all.length; i++) {
            headers[i] = new RawRecord.Header(all[i].key(), all[i].value());
        }
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), List.of(headers));
    }
}
