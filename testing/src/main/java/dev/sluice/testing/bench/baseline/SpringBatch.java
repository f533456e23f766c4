package dev.sluice.testing.bench.baseline;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Spring Kafka's batch listener on two threads, each poll of up to 2,000 events written as one JDBC batch, which pgjdbc
 * rewrites into statements of many rows; offsets committed after each batch.
 */
public final class SpringBatch {

    private static final int THREADS = 2;
    private static final int BATCH = 2_000;

    private SpringBatch() {
    }

    public static void main(String[] arguments) {
        Place place = Place.of(arguments);
        ContainerProperties properties = new ContainerProperties(place.topic());
        properties.setAckMode(ContainerProperties.AckMode.BATCH);
        ThreadLocal<JdbcTemplate> databases = ThreadLocal.withInitial(() -> database(place));
        properties.setMessageListener((BatchMessageListener<byte[], byte[]>) records -> write(databases.get(), records));
        ConcurrentMessageListenerContainer<byte[], byte[]> container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(place.properties(BATCH)), properties);
        container.setConcurrency(THREADS);
        container.start();
    }

    private static JdbcTemplate database(Place place) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(place.jdbcUrl());
        source.setUser(place.user());
        source.setPassword(place.password());
        source.setReWriteBatchedInserts(true);
        return new JdbcTemplate(new SingleConnectionDataSource(connection(source), true));
    }

    private static Connection connection(PGSimpleDataSource source) {
        try {
            return source.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(JdbcTemplate database, List<ConsumerRecord<byte[], byte[]>> records) {
        List<Payment> payments = records.stream().map(record -> payment(record.value())).toList();
        database.batchUpdate(Upsert.ONE, Upsert.distinct(payments), BATCH, Upsert::set);
    }

    private static Payment payment(byte[] value) {
        try {
            return Payment.of(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
