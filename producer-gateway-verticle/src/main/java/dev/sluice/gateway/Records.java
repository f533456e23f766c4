package dev.sluice.gateway;

import dev.sluice.trace.Traces;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.utils.Utils;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Events as Kafka's records, in the binary mode of the CloudEvents binding. For the thread of one producer. */
final class Records {

    /** Events without a key go round the partitions. */
    private int next;

    /** May block for the topic's partitions. */
    ProducerRecord<byte[], byte[]> of(Producer<byte[], byte[]> producer, String topic, IncomingEvent event) {
        byte[] key = event.keyBytes();
        int partitions = producer.partitionsFor(topic).size();
        int partition = key == null ? Math.floorMod(next++, partitions) : partitionOf(key, partitions);
        return new ProducerRecord<>(topic, partition, null, key, event.data(), headers(event));
    }

    /** As every standard partitioner has it. */
    private static int partitionOf(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    private static List<Header> headers(IncomingEvent event) {
        List<Header> headers = new ArrayList<>(event.attributes().size() + 1);
        event.attributes().forEach((name, value) ->
                headers.add(new RecordHeader("ce_" + name, value.getBytes(StandardCharsets.UTF_8))));
        if (event.contentType() != null) {
            headers.add(new RecordHeader("content-type", event.contentType().getBytes(StandardCharsets.UTF_8)));
        }
        if (event.traceparent() != null) {
            headers.add(new RecordHeader(Traces.HEADER, event.traceparent().getBytes(StandardCharsets.UTF_8)));
        }
        return headers;
    }
}
