package dev.sluice.testing.bench.baseline;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Where a baseline works: its command line. */
record Place(String kafka, String jdbcUrl, String user, String password, String topic, String group) {

    static Place of(String[] arguments) {
        return new Place(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    }

    /** A baseline that fails ends: the benchmark sees it, and shows its log. */
    static void fail(Exception failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl, user, password);
    }

    Map<String, Object> properties(int maxPollRecords) {
        return new HashMap<>(Map.of("bootstrap.servers", kafka, "group.id", group, "group.protocol", "consumer",
                "enable.auto.commit", "false", "auto.offset.reset", "earliest", "max.poll.records", maxPollRecords,
                "key.deserializer", ByteArrayDeserializer.class, "value.deserializer", ByteArrayDeserializer.class));
    }

    KafkaConsumer<byte[], byte[]> consumer(int maxPollRecords) {
        return new KafkaConsumer<>(properties(maxPollRecords));
    }
}
