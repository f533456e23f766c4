package dev.sluice.testing.bench.baseline;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The ceiling: two threads that do nothing but poll, read the JSON, and upsert each poll by one statement with arrays. No
 * inbox, no order across a rebalance, no breaker, no dead letters, no metrics.
 */
public final class BareLoop {

    private static final int THREADS = 2;
    private static final int POLL = 5_000;

    private BareLoop() {
    }

    public static void main(String[] arguments) {
        for (int i = 0; i < THREADS; i++) {
            new Thread(() -> loop(Place.of(arguments)), "loop-" + i).start();
        }
    }

    private static void loop(Place place) {
        try (KafkaConsumer<byte[], byte[]> consumer = place.consumer(POLL); Connection connection = place.connect();
             PreparedStatement upsert = connection.prepareStatement(Upsert.MANY)) {
            consumer.subscribe(List.of(place.topic()));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                if (!records.isEmpty()) {
                    List<Payment> payments = new ArrayList<>(records.count());
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        payments.add(Payment.of(record.value()));
                    }
                    Upsert.many(upsert, Upsert.distinct(payments));
                    consumer.commitAsync();
                }
            }
        } catch (Exception e) {
            Place.fail(e);
        }
    }
}
