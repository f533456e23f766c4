package dev.sluice.testing.bench.baseline;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;

/** What most begin with: one thread, one upsert per event, each a transaction of its own; offsets after each poll. */
public final class PlainLoop {

    private PlainLoop() {
    }

    public static void main(String[] arguments) {
        Place place = Place.of(arguments);
        try (KafkaConsumer<byte[], byte[]> consumer = place.consumer(500); Connection connection = place.connect();
             PreparedStatement upsert = connection.prepareStatement(Upsert.ONE)) {
            consumer.subscribe(List.of(place.topic()));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    Upsert.set(upsert, Payment.of(record.value()));
                    upsert.executeUpdate();
                }
                if (!records.isEmpty()) {
                    consumer.commitSync();
                }
            }
        } catch (Exception e) {
            Place.fail(e);
        }
    }
}
