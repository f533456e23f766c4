package dev.sluice.testing.bench.baseline;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import org.apache.kafka.clients.consumer.ConsumerRecord;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Confluent's Parallel Consumer: key order, batches of 500 on four threads, each written by one statement with arrays. */
public final class ParallelConsumer {

    private static final int THREADS = 4;
    private static final int BATCH = 500;

    private ParallelConsumer() {
    }

    public static void main(String[] arguments) {
        Place place = Place.of(arguments);
        ThreadLocal<PreparedStatement> upserts = ThreadLocal.withInitial(() -> upsert(place));
        ParallelConsumerOptions<byte[], byte[]> options = ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(place.consumer(5_000)).ordering(ProcessingOrder.KEY).maxConcurrency(THREADS).batchSize(BATCH)
                .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
                .ignoreReflectiveAccessExceptionsForAutoCommitDisabledCheck(true).build();
        ParallelStreamProcessor<byte[], byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(options);
        processor.subscribe(List.of(place.topic()));
        processor.poll(batch -> {
            try {
                List<Payment> payments = new ArrayList<>();
                for (ConsumerRecord<byte[], byte[]> record : batch.getConsumerRecordsFlattened()) {
                    payments.add(Payment.of(record.value()));
                }
                Upsert.many(upserts.get(), Upsert.distinct(payments));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static PreparedStatement upsert(Place place) {
        try {
            Connection connection = place.connect();
            return connection.prepareStatement(Upsert.MANY);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
