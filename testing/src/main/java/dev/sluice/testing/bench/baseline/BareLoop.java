package dev.sluice.testing.bench.baseline;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The ceiling: two threads that do nothing but poll, read the JSON, and upsert each poll by one statement with arrays. No
 * inbox, no order across a rebalance, no breaker, no dead letters, no metrics.
 */
public final class BareLoop {

    private static final int THREADS = 2;
    private static final int POLL = 5_000;
    private static final String UPSERT = """
            INSERT INTO payment_states AS known (event_id, entity_id, sequence, user_id, amount, currency, status)
            SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::numeric[], ?::text[], ?::text[])
            ON CONFLICT (event_id) DO UPDATE SET status = excluded.status, updated_at = now()
            WHERE known.status <> excluded.status""";

    private BareLoop() {
    }

    public static void main(String[] arguments) {
        for (int i = 0; i < THREADS; i++) {
            new Thread(() -> loop(Place.of(arguments)), "loop-" + i).start();
        }
    }

    private static void loop(Place place) {
        try (KafkaConsumer<byte[], byte[]> consumer = place.consumer(POLL);
             Connection connection = place.connect(); PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
            consumer.subscribe(List.of(place.topic()));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                if (!records.isEmpty()) {
                    Map<String, Payment> rows = new LinkedHashMap<>(records.count() * 2);
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        Payment payment = Payment.of(record.value());
                        rows.put(payment.eventId(), payment);
                    }
                    write(connection, upsert, rows.values());
                    consumer.commitAsync();
                }
            }
        } catch (Exception e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void write(Connection connection, PreparedStatement upsert, Collection<Payment> rows) throws Exception {
        column(connection, upsert, 1, "text", rows, Payment::eventId);
        column(connection, upsert, 2, "text", rows, Payment::entityId);
        column(connection, upsert, 3, "bigint", rows, Payment::sequence);
        column(connection, upsert, 4, "text", rows, row -> row.data().user_id());
        column(connection, upsert, 5, "numeric", rows, row -> row.data().amount());
        column(connection, upsert, 6, "text", rows, row -> row.data().currency());
        column(connection, upsert, 7, "text", rows, row -> row.data().status());
        upsert.executeUpdate();
    }

    private static void column(Connection connection, PreparedStatement upsert, int index, String type,
                               Collection<Payment> rows, Function<Payment, Object> value) throws Exception {
        upsert.setArray(index, connection.createArrayOf(type, rows.stream().map(value).toArray()));
    }
}
