package dev.sluice.gateway;

import dev.sluice.config.ByteSize;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Each compression that can be set, as Kafka keeps it. */
@ExtendWith(StackExtension.class)
class CompressionTest {

    private static final int SIZE = 100_000;

    @Test
    void shouldPackAsItIsTold(Kafka kafka, Redis redis) throws Exception {
        RunningGateway.createTopics(kafka);
        String data = "\"" + "x".repeat(SIZE) + "\"";
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            for (String compression : List.of("none", "snappy", "lz4", "zstd")) {
                long before = size(admin);
                RunningGateway gateway = new RunningGateway(compression, with(compression), kafka.bootstrapServers(), redis.uri(), 1);
                try {
                    assertThat(gateway.post("/v1/topics/other/events", MediaType.JSON, "{\"type\":\"" + compression + "\",\"data\":" + data + "}")
                            .statusCode()).isEqualTo(202);
                } finally {
                    gateway.close();
                }
                long kept = size(admin) - before;
                if (compression.equals("none")) {
                    assertThat(kept).as("bytes that Kafka keeps, unpacked").isGreaterThan(SIZE);
                } else {
                    assertThat(kept).as("bytes that Kafka keeps, packed with " + compression).isBetween(1L, SIZE / 5L);
                }
            }
        }
        assertThat(TopicContents.of(kafka, "other")).hasSize(4)
                .allMatch(record -> new String(record.value(), StandardCharsets.UTF_8).equals(data));
    }

    /** Of the topic's log. */
    private static long size(Admin admin) throws Exception {
        int broker = admin.describeCluster().nodes().get().iterator().next().id();
        return admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker).values().stream()
                .map(folder -> folder.replicaInfos().get(new TopicPartition("other", 0))).filter(info -> info != null)
                .mapToLong(ReplicaInfo::size).sum();
    }

    private static GatewaySettings with(String compression) {
        GatewaySettings open = RunningGateway.SETTINGS;
        GatewaySettings.Publishing usual = open.publishing();
        return new GatewaySettings(open.host(), 0, open.topic(), open.maxDataSize(), open.maxBatchSize(), open.bodyTimeout(),
                open.idleTimeout(), open.drainTimeout(), open.throttleHold(), new GatewaySettings.Publishing(usual.linger(),
                ByteSize.parse("16KiB"), compression, usual.bufferMemory(), usual.deliveryTimeout(), usual.requestTimeout(),
                usual.metadataTimeout()), open.window(), open.streams(), open.waiting(), open.breaker(), open.security(), List.of());
    }
}
