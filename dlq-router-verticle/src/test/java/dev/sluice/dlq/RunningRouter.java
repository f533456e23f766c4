package dev.sluice.dlq;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Node;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/** Two routers on a real Kafka and PostgreSQL. Each test finds its own records by an identity of its own. */
abstract class RunningRouter extends RoutingStack {

    final String eventId = "test " + UUID.randomUUID();
    final MeterRegistry meters = new SimpleMeterRegistry();

    @Override
    void deploy() {
        DlqSettings settings = new DlqSettings(null, null, null, Duration.ofSeconds(8));
        deployment = ended(vertx.deployVerticle(
                () -> new DlqRouterVerticle(settings, kafkaSettings(), postgres, new Node("node-1", bus, meters)),
                new DeploymentOptions().setInstances(2)));
    }

    Routed ask(RouteFailure failure) {
        return ended(bus.ask(Addresses.ROUTE_FAILURE, failure));
    }

    ConsumerRecord<byte[], byte[]> onlyRecord(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = records(topic);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        return records(topic, eventId);
    }

    /** Everything of this identity that is in the topic now, in the order of retries. */
    static List<ConsumerRecord<byte[], byte[]>> records(String topic, String identity) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (text(record, "x-event-identity").equals(identity)) {
                        found.add(record);
                    }
                });
            }
        }
        found.sort(java.util.Comparator.comparing(record -> text(record, "x-retry-count")));
        return found;
    }

    static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), Arrays.stream(record.headers().toArray())
                .map(header -> new Header(header.key(), header.value())).toList());
    }

    static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
