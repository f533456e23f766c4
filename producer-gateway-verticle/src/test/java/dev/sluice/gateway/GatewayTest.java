package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;

/** The gateway between real HTTP clients, a real Kafka and a real Redis. */
@ExtendWith(StackExtension.class)
class GatewayTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MIB = 1 << 20;

    private static Kafka kafka;
    private static RunningGateway gateway;
    private static RunningGateway neighbour;

    @BeforeAll
    static void start(Kafka broker, Redis redis) throws Exception {
        kafka = broker;
        Topic.create(kafka.bootstrapServers(), "events", 24);
        Topic.create(kafka.bootstrapServers(), "other", 2);
        gateway = new RunningGateway("one", RunningGateway.SETTINGS, kafka.bootstrapServers(), redis.uri());
        neighbour = new RunningGateway("two", RunningGateway.SETTINGS, kafka.bootstrapServers(), redis.uri());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        neighbour.close();
    }

    private static String cloudEvent(String id, String entity, int sequence, String data) {
        return """
                {"specversion":"1.0","id":"%s","source":"/tests","type":"changed","subject":"%s","sequence":"%d","data":%s}"""
                .formatted(id, entity, sequence, data);
    }

    private static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }

    private static List<ConsumerRecord<byte[], byte[]>> recordsOf(String id) {
        return Topic.all(kafka.bootstrapServers(), "events").stream()
                .filter(record -> id.equals(Topic.header(record, "ce_id"))).toList();
    }

    @Test
    void shouldPublishAStructuredCloudEventAsItWasSent() throws Exception {
        String id = unique("structured");
        HttpResponse<String> answer = gateway.post(MediaType.CLOUDEVENT,
                cloudEvent(id, "order:17", 3, "{\"a\" : 1.50,  \"b\":\"ä\"}"));

        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> record = recordsOf(id).get(0);
        assertThat(Topic.text(record.value())).isEqualTo("{\"a\" : 1.50,  \"b\":\"ä\"}");
        assertThat(Topic.text(record.key())).isEqualTo("order:17");
        assertThat(Topic.header(record, "ce_source")).isEqualTo("/tests");
        assertThat(Topic.header(record, "ce_type")).isEqualTo("changed");
        assertThat(Topic.header(record, "ce_subject")).isEqualTo("order:17");
        assertThat(Topic.header(record, "ce_sequence")).isEqualTo("3");
        assertThat(Topic.header(record, "content-type")).isEqualTo("application/json");
        assertThat(body.path("partition").asInt()).isEqualTo(record.partition());
        assertThat(body.path("offset").asLong()).isEqualTo(record.offset());
        assertThat(body.path("duplicate").asBoolean()).isFalse();
    }

    @Test
    void shouldPublishABinaryCloudEventUnderItsPartitionKey() throws Exception {
        String id = unique("binary");
        HttpResponse<String> answer = gateway.send(gateway.request("/v1/topics/other/events")
                .header("ce-specversion", "1.0").header("ce-id", id).header("ce-source", "/tests").header("ce-type", "t")
                .header("ce-subject", "caf%C3%A9:1").header("ce-partitionkey", "shard:9").header("content-type", "text/plain")
                .POST(BodyPublishers.ofString("not JSON at all")).build());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> record = Topic.all(kafka.bootstrapServers(), "other").stream()
                .filter(found -> id.equals(Topic.header(found, "ce_id"))).findFirst().orElseThrow();
        assertThat(Topic.text(record.key())).isEqualTo("shard:9");
        assertThat(Topic.header(record, "ce_subject")).isEqualTo("café:1");
        assertThat(Topic.text(record.value())).isEqualTo("not JSON at all");
        assertThat(Topic.header(record, "content-type")).isEqualTo("text/plain");
    }

    @Test
    void shouldNameAPlainEventByItsTransition() throws Exception {
        String entity = unique("p");
        String event = "{\"type\":\"paid\",\"entityType\":\"order\",\"entityId\":\"" + entity + "\",\"sequence\":4,\"data\":{\"x\":1}}";
        HttpResponse<String> first = gateway.post(MediaType.JSON, event);
        HttpResponse<String> second = gateway.post(MediaType.JSON, event);

        assertThat(JSON.readTree(first.body()).path("id").asText()).isEqualTo("order:" + entity + ":4");
        assertThat(JSON.readTree(second.body()).path("duplicate").asBoolean()).isTrue();
        ConsumerRecord<byte[], byte[]> record = recordsOf("order:" + entity + ":4").get(0);
        assertThat(Topic.header(record, "ce_source")).isEqualTo("/clients/anonymous");
        assertThat(Topic.text(record.value())).isEqualTo("{\"x\":1}");
    }

    @Test
    void shouldSayThatARepeatOfANamelessEventIsNotRecognised() throws Exception {
        HttpResponse<String> answer = gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body()).path("repeatRecognised").asBoolean(true)).isFalse();
    }

    @Test
    void shouldHonourAnIdempotencyKey() throws Exception {
        String key = unique("key");
        HttpRequest request = gateway.request("/v1/events").header("content-type", "application/json")
                .header("idempotency-key", key).POST(BodyPublishers.ofString("{\"type\":\"t\",\"data\":{\"n\":1}}")).build();
        gateway.send(request);
        HttpResponse<String> second = gateway.send(request);

        assertThat(JSON.readTree(second.body()).path("id").asText()).isEqualTo(key);
        assertThat(JSON.readTree(second.body()).path("duplicate").asBoolean()).isTrue();
        assertThat(recordsOf(key)).hasSize(1);
    }

    @Test
    void shouldSpreadEventsWithoutAKeyOverAllPartitions() throws Exception {
        String run = unique("spread");
        String lines = IntStream.range(0, 240)
                .mapToObj(i -> "{\"type\":\"t\",\"eventId\":\"" + run + i + "\",\"data\":" + i + "}").collect(Collectors.joining("\n"));
        HttpResponse<String> answer = gateway.post(MediaType.NDJSON, lines);

        Set<Integer> partitions = new HashSet<>();
        for (String line : answer.body().lines().toList()) {
            partitions.add(JSON.readTree(line).path("partition").asInt());
        }
        assertThat(partitions).hasSize(24);
    }

    @Test
    void shouldGiveTheSameAnswerThroughAnotherGateway() throws Exception {
        String id = unique("twice");
        HttpResponse<String> first = gateway.post(MediaType.CLOUDEVENT, cloudEvent(id, "a:1", 1, "{}"));
        HttpResponse<String> second = neighbour.post(MediaType.CLOUDEVENT, cloudEvent(id, "a:1", 1, "{}"));

        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(second.body()).isEqualTo(first.body().replace("\"duplicate\":false", "\"duplicate\":true"));
        assertThat(recordsOf(id)).hasSize(1);
    }

    @Test
    void shouldMakeOneRecordOfOneEventPostedEverywhereAtOnce() throws Exception {
        String id = unique("storm");
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Callable<HttpResponse<String>>> posts = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            RunningGateway to = i % 2 == 0 ? gateway : neighbour;
            posts.add(() -> to.post(MediaType.CLOUDEVENT, cloudEvent(id, "storm:1", 1, "{}")));
        }
        int firsts = 0;
        for (Future<HttpResponse<String>> post : threads.invokeAll(posts)) {
            assertThat(post.get().statusCode()).isEqualTo(202);
            firsts += JSON.readTree(post.get().body()).path("duplicate").asBoolean() ? 0 : 1;
        }
        threads.shutdown();

        assertThat(firsts).isEqualTo(1);
        assertThat(recordsOf(id)).hasSize(1);
    }

    @Test
    void shouldRefuseTheSameIdentityWithAnotherBody() throws Exception {
        String id = unique("other-body");
        gateway.post(MediaType.CLOUDEVENT, cloudEvent(id, "a:1", 1, "{\"amount\":1}"));
        HttpResponse<String> here = gateway.post(MediaType.CLOUDEVENT, cloudEvent(id, "a:1", 1, "{\"amount\":2}"));
        HttpResponse<String> there = neighbour.post(MediaType.CLOUDEVENT, cloudEvent(id, "a:1", 1, "{\"amount\":2}"));

        assertThat(List.of(here.statusCode(), there.statusCode())).containsOnly(409);
        assertThat(JSON.readTree(there.body()).path("code").asText()).isEqualTo("IDENTITY_REUSED");
        assertThat(there.headers().firstValue("content-type")).contains(MediaType.PROBLEM);
    }

    @Test
    void shouldAnswerABatchEventByEventAndKeepEachEntitysOrder() throws Exception {
        String run = unique("batch");
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            events.add(i == 30 ? "{\"specversion\":\"1.0\",\"id\":\"x\"}" : cloudEvent(run + i, run + ":" + i % 3, i, "{}"));
        }
        HttpResponse<String> answer = gateway.post(MediaType.CLOUDEVENTS_BATCH, "[" + String.join(",", events) + "]");

        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(body).hasSize(60);
        assertThat(body.get(30).path("status").asInt()).isEqualTo(400);
        assertThat(body.get(30).path("detail").asText()).contains("source");
        for (int entity = 0; entity < 3; entity++) {
            String key = run + ":" + entity;
            List<Integer> sequences = Topic.all(kafka.bootstrapServers(), "events").stream()
                    .filter(record -> key.equals(Topic.text(record.key())))
                    .map(record -> Integer.valueOf(Topic.header(record, "ce_sequence"))).toList();
            assertThat(sequences).hasSize(entity == 0 ? 19 : 20).isSorted();
        }
        assertThat(gateway.post(MediaType.CLOUDEVENTS_BATCH, "[" + events.get(0) + "]").statusCode()).isEqualTo(202);
    }

    @Test
    void shouldAnswerEachLineOfAStreamInOrder() throws Exception {
        String run = unique("stream");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append(i % 1000 == 7 ? "{broken" : cloudEvent(run + i, run + ":" + i % 500, i, "{\"n\":" + i + "}")).append('\n');
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
        List<Integer> sequences = Topic.all(kafka.bootstrapServers(), "events").stream()
                .filter(record -> (run + ":42").equals(Topic.text(record.key())))
                .map(record -> Integer.valueOf(Topic.header(record, "ce_sequence"))).toList();
        assertThat(sequences).hasSize(40).isSorted();
    }

    @Test
    void shouldAnswerACallerWhoSendsAllBeforeReadingAny() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 15_000; i++) {
            lines.append("{\"note\":\"").append("x".repeat(400)).append("\"}\n");
        }
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4_096);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress("127.0.0.1", gateway.port));
            byte[] body = lines.toString().getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(("POST /v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: "
                    + "application/x-ndjson\r\ncontent-length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            for (int sent = 0; sent < body.length; sent += 600) {
                socket.getOutputStream().write(body, sent, Math.min(600, body.length - sent));
                socket.getOutputStream().flush();
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer.lines().filter(line -> line.contains("\"status\":400"))).hasSize(15_000);
        }
    }

    @Test
    void shouldTakeExactlyOneMebibyteOfDataAndNotAByteMore() throws Exception {
        String exact = "\"" + "x".repeat(MIB - 2) + "\"";
        HttpResponse<String> fits = gateway.post(MediaType.CLOUDEVENT, cloudEvent(unique("mib"), "a:1", 1, exact));
        HttpResponse<String> tooMuch = gateway.post(MediaType.CLOUDEVENT, cloudEvent(unique("mib"), "a:1", 1, "\"x" + exact.substring(1)));
        HttpResponse<String> binary = gateway.send(gateway.request("/v1/events").header("ce-specversion", "1.0")
                .header("ce-id", unique("mib")).header("ce-source", "/t").header("ce-type", "t")
                .POST(BodyPublishers.ofByteArray(new byte[MIB])).build());

        assertThat(fits.statusCode()).as(fits.body()).isEqualTo(202);
        assertThat(tooMuch.statusCode()).isEqualTo(413);
        assertThat(binary.statusCode()).as(binary.body()).isEqualTo(202);
    }

    @Test
    void shouldRefuseAHugeBodyWhateverWayItIsSent() throws Exception {
        InputStream endless = new InputStream() {
            private long left = 200L * MIB;

            @Override
            public int read() {
                return left-- > 0 ? ' ' : -1;
            }
        };
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[100 * MIB]);
        }
        HttpResponse<String> bomb = gateway.send(gateway.request("/v1/events").header("content-type", MediaType.JSON)
                .header("content-encoding", "gzip").POST(BodyPublishers.ofByteArray(packed.toByteArray())).build());
        int chunked;
        try {
            chunked = gateway.send(gateway.request("/v1/events").header("content-type", MediaType.JSON)
                    .POST(BodyPublishers.ofInputStream(() -> endless)).build()).statusCode();
        } catch (IOException cutOff) {
            chunked = 413;
        }

        assertThat(packed.size()).isLessThan(200_000);
        assertThat(bomb.statusCode()).isEqualTo(413);
        assertThat(chunked).isEqualTo(413);
        assertThat(declared(300L * MIB)).startsWith("HTTP/1.1 413");
        assertThat(gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(202);
    }

    /** What the gateway says to a request that only declares its length. */
    private static String declared(long length) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", gateway.port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
                    + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] start = new byte[16];
            return new String(start, 0, socket.getInputStream().read(start), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void shouldReadGzip() throws Exception {
        String id = unique("gzip");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write((cloudEvent(id, "z:1", 1, "{}") + "\n" + cloudEvent(id + "b", "z:1", 2, "{}") + "\n").getBytes(StandardCharsets.UTF_8));
        }
        HttpResponse<String> answer = gateway.send(gateway.request("/v1/events").header("content-type", MediaType.NDJSON)
                .header("content-encoding", "gzip").POST(BodyPublishers.ofByteArray(packed.toByteArray())).build());

        assertThat(answer.body().lines()).hasSize(2).allMatch(line -> line.contains("\"status\":202"));
        assertThat(recordsOf(id)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json             | {                                                | 400 | MALFORMED
            application/json             | [1,2]                                            | 400 | MALFORMED
            application/json             | {"type":"t","data":1} x                          | 400 | MALFORMED
            application/json             | {"type":"t","type":"u","data":1}                 | 400 | MALFORMED
            application/json             | {"data":1}                                       | 400 | ATTRIBUTE_MISSING
            application/json             | {"type":"t"}                                     | 400 | ATTRIBUTE_MISSING
            application/json             | {"type":"t","entityId":"1","data":1}             | 400 | ATTRIBUTE_MISSING
            application/json             | {"type":"t","sequence":"one","data":1}           | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s"}     | 400 | ATTRIBUTE_MISSING
            application/cloudevents+json | {"specversion":"0.3","id":"1","source":"/s","type":"t"} | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s","type":"t","Ext":"1"} | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s","type":"t","time":"noon"} | 400 | ATTRIBUTE_INVALID
            application/cloudevents+json | {"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"?"} | 400 | ATTRIBUTE_INVALID
            application/xml              | <event/>                                         | 415 | MEDIA_TYPE_UNSUPPORTED
            application/json;charset=utf-16 | {}                                            | 415 | MEDIA_TYPE_UNSUPPORTED
            application/cloudevents-batch+json | {}                                         | 400 | MALFORMED
            """)
    void shouldSayWhatIsWrong(String contentType, String body, int status, String code) throws Exception {
        HttpResponse<String> answer = gateway.post(contentType, body);

        JsonNode problem = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains(MediaType.PROBLEM);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
    }

    @Test
    void shouldKnowItsPaths() throws Exception {
        assertThat(gateway.post("/v1/topics/nowhere/events", MediaType.JSON, "{\"type\":\"t\",\"data\":1}").statusCode()).isEqualTo(404);
        assertThat(gateway.post("/elsewhere", MediaType.JSON, "{}").statusCode()).isEqualTo(404);
        HttpResponse<String> get = gateway.send(gateway.request("/v1/events").GET().build());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).contains("POST");
        HttpResponse<String> openApi = gateway.send(gateway.request("/openapi.json").GET().build());
        assertThat(JSON.readTree(openApi.body()).path("openapi").asText()).startsWith("3.1");
    }
}
