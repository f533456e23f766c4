package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.config.ByteSize;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Batches and streams. */
@ExtendWith(StackExtension.class)
class ManyEventsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Kafka kafka;
    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        RunningGateway.createTopics(broker);
        gateway = new RunningGateway("one", patient(ByteSize.mebibytes(16)), broker.bootstrapServers(), redis.uri());
    }

    /** @param unread answers that wait for a caller who reads none */
    private static GatewaySettings patient(ByteSize unread) {
        GatewaySettings open = RunningGateway.SETTINGS;
        return new GatewaySettings(open.host(), 0, open.topic(), open.maxDataSize(), open.maxBatchSize(), open.bodyTimeout(),
                Duration.ofSeconds(10), open.drainTimeout(), open.throttleHold(),
                new GatewaySettings.Publishing(Duration.ofMillis(5), ByteSize.parse("16KiB"), "none", ByteSize.mebibytes(64),
                        Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(5)), open.window(),
                new GatewaySettings.Streams(5_000, ByteSize.mebibytes(8), unread, ByteSize.mebibytes(64)), open.waiting(),
                new GatewaySettings.Breaker(5, Duration.ofSeconds(10), Duration.ofSeconds(1)), open.security(), List.of());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @Test
    void shouldSpreadEventsWithoutAKeyOverAllPartitions() throws Exception {
        String run = Events.unique("spread");
        String lines = IntStream.range(0, 240)
                .mapToObj(i -> "{\"type\":\"t\",\"eventId\":\"" + run + i + "\",\"data\":" + i + "}").collect(Collectors.joining("\n"));
        HttpResponse<String> answer = gateway.post(MediaType.NDJSON, lines);

        Set<Integer> partitions = new HashSet<>();
        for (String line : answer.body().lines().toList()) {
            partitions.add(JSON.readTree(line).path("partition").asInt());
        }
        assertThat(partitions).hasSize(4);
    }

    @Test
    void shouldAnswerABatchEventByEventAndKeepEachEntitysOrder() throws Exception {
        String run = Events.unique("batch");
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            events.add(i == 30 ? "{\"specversion\":\"1.0\",\"id\":\"x\"}" : Events.cloudEvent(run + i, run + ":" + i % 3, i, "{}"));
        }
        HttpResponse<String> answer = gateway.post(MediaType.CLOUDEVENTS_BATCH, "[" + String.join(",", events) + "]");

        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(body).hasSize(60);
        assertThat(body.get(30).path("status").asInt()).isEqualTo(400);
        assertThat(body.get(30).path("detail").asText()).contains("source");
        for (int entity = 0; entity < 3; entity++) {
            String key = run + ":" + entity;
            List<Integer> sequences = TopicContents.of(kafka, "events").stream()
                    .filter(record -> key.equals(TopicContents.text(record.key())))
                    .map(record -> Integer.valueOf(TopicContents.header(record, "ce_sequence"))).toList();
            assertThat(sequences).hasSize(entity == 0 ? 19 : 20).isSorted();
        }
        assertThat(gateway.post(MediaType.CLOUDEVENTS_BATCH, "[" + events.get(0) + "]").statusCode()).isEqualTo(202);
    }

    @Test
    void shouldAnswerEachLineOfAStreamInOrder() throws Exception {
        String run = Events.unique("stream");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append(i % 1000 == 7 ? "{broken" : Events.cloudEvent(run + i, run + ":" + i % 500, i, "{\"n\":" + i + "}")).append('\n');
        }
        HttpResponse<String> answer = gateway.post(MediaType.NDJSON, lines.toString());

        List<String> outcomes = answer.body().lines().toList();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(outcomes).hasSize(20_000);
        for (int i = 0; i < outcomes.size(); i++) {
            JsonNode outcome = JSON.readTree(outcomes.get(i));
            assertThat(outcome.path("index").asInt()).isEqualTo(i);
            assertThat(outcome.path("status").asInt()).isEqualTo(i % 1000 == 7 ? 400 : 202);
        }
        List<Integer> sequences = TopicContents.of(kafka, "events").stream()
                .filter(record -> (run + ":42").equals(TopicContents.text(record.key())))
                .map(record -> Integer.valueOf(TopicContents.header(record, "ce_sequence"))).toList();
        assertThat(sequences).hasSize(40).isSorted();
    }

    /**
     * Some 13 MB of answers, more than the kernel's buffers swallow; and the blanks behind the events are more than they
     * swallow in the other direction, should the gateway stop reading.
     */
    @Test
    void shouldAnswerACallerWhoSendsAllBeforeReadingAny() throws Exception {
        byte[] events = "{\"note\":1}\n".repeat(80_000).getBytes(StandardCharsets.US_ASCII);
        byte[] blanks = (" ".repeat(8_191) + '\n').getBytes(StandardCharsets.US_ASCII);
        int blankLines = 8_192;
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 << 10);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress("127.0.0.1", gateway.port));
            socket.getOutputStream().write(("POST /v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: "
                    + "application/x-ndjson\r\ncontent-length: " + (events.length + blankLines * blanks.length) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(events);
            for (int i = 0; i < blankLines; i++) {
                socket.getOutputStream().write(blanks);
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer.lines().filter(line -> line.contains("\"status\":400"))).hasSize(80_000);
        }
    }
}
