package dev.sluice.gateway;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.junit.TopicContents;
import org.apache.kafka.clients.consumer.ConsumerRecord;

import java.util.List;
import java.util.UUID;

/** Events to be posted, and to be found again. */
final class Events {

    private Events() {
    }

    /** @param data JSON */
    static String cloudEvent(String id, String entity, int sequence, String data) {
        return """
                {"specversion":"1.0","id":"%s","source":"/tests","type":"changed","subject":"%s","sequence":"%d","data":%s}"""
                .formatted(id, entity, sequence, data);
    }

    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }

    /** In the topic {@code events}. */
    static List<ConsumerRecord<byte[], byte[]>> recordsOf(Kafka kafka, String id) {
        return TopicContents.of(kafka, "events").stream()
                .filter(record -> id.equals(TopicContents.header(record, "ce_id"))).toList();
    }
}
