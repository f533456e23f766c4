package dev.sluice.devstack.containers;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.PartName;
import org.testcontainers.containers.wait.strategy.Wait;

import java.util.Map;

/** It is reached from outside, and by itself (for transactions) at an address of its own: the other does not lead to it inside. */
final class KafkaContainer extends ContainerPart implements Kafka {

    private static final int INSIDE = 9092;

    KafkaContainer(int port) {
        super(PartName.KAFKA, "apache/kafka:4.3.1", INSIDE, port, Wait.forLogMessage(".*Kafka Server started.*", 1));
        container.withEnv(Map.ofEntries(Map.entry("KAFKA_NODE_ID", "1"), Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
                Map.entry("KAFKA_LISTENERS", "PLAINTEXT://:" + INSIDE + ",BROKER://:9094,CONTROLLER://:9093"),
                Map.entry("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://127.0.0.1:" + port + ",BROKER://localhost:9094"),
                Map.entry("KAFKA_INTER_BROKER_LISTENER_NAME", "BROKER"),
                Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
                Map.entry("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
                Map.entry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
                Map.entry("KAFKA_MESSAGE_MAX_BYTES", "1572864"), Map.entry("KAFKA_REPLICA_FETCH_MAX_BYTES", "1572864"),
                Map.entry("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "4"),
                Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
                Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
                Map.entry("KAFKA_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS", "500"),
                Map.entry("KAFKA_GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS", "500")));
    }

    @Override
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    boolean answers() {
        return Answers.kafka(this);
    }
}
