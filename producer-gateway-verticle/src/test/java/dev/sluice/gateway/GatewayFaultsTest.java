package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The gateway while Kafka or Redis is away, and when it ends itself. */
@ExtendWith(StackExtension.class)
class GatewayFaultsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Kafka kafka;
    private Redis redis;
    private RunningGateway gateway;

    @BeforeAll
    static void createTopics(Kafka kafka) throws Exception {
        RunningGateway.createTopics(kafka);
    }

    @BeforeEach
    void start(Kafka kafka, Redis redis) throws Exception {
        this.kafka = kafka;
        this.redis = redis;
        gateway = new RunningGateway("one", RunningGateway.SETTINGS, kafka.bootstrapServers(), redis.uri());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        kafka.resume();
        redis.start();
    }

    private static String cloudEvent(String id, String entity, int sequence) {
        return """
                {"specversion":"1.0","id":"%s","source":"/tests","type":"changed","subject":"%s","sequence":"%d","data":{}}"""
                .formatted(id, entity, sequence);
    }

    private HttpResponse<String> post(String id) throws Exception {
        return gateway.post(MediaType.CLOUDEVENT, cloudEvent(id, "a:" + id, 1));
    }

    private static String code(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body()).path("code").asText();
    }

    private Map<String, Long> copiesById() {
        return TopicContents.of(kafka, "events").stream()
                .collect(Collectors.groupingBy(record -> TopicContents.header(record, "ce_id"), Collectors.counting()));
    }

    @Test
    void shouldRefuseFastWhileKafkaIsAwayAndLoseNothingItAcknowledged() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 20; i++) {
            assertThat(post("before" + i).statusCode()).isEqualTo(202);
            acknowledged.add("before" + i);
        }
        kafka.freeze();
        long frozen = System.nanoTime();
        List<CompletableFuture<Integer>> hanging = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String id = "during" + i;
            hanging.add(CompletableFuture.supplyAsync(() -> {
                try {
                    int status = post(id).statusCode();
                    if (status == 202) {
                        acknowledged.add(id);
                    }
                    return status;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        await().atMost(Duration.ofSeconds(8)).until(() -> code(post("probe-" + UUID.randomUUID())).equals("KAFKA_UNAVAILABLE"));
        long start = System.nanoTime();
        HttpResponse<String> refused = post("fast");
        long millis = (System.nanoTime() - start) / 1_000_000;
        for (CompletableFuture<Integer> answer : hanging) {
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(503);
        }
        long hung = (System.nanoTime() - frozen) / 1_000_000;
        kafka.resume();
        await().atMost(Duration.ofSeconds(15)).until(() -> post("after-" + UUID.randomUUID()).statusCode() == 202);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(JSON.readTree(refused.body()).path("id").asText()).isEqualTo("fast");
        assertThat(millis).isLessThan(100);
        assertThat(hung).as("frozen for so long that a deadline passed, ms").isGreaterThan(3_000);
        assertThat(copiesById().keySet()).containsAll(acknowledged);
    }

    @Test
    void shouldNotLetAnEventOvertakeOneThatCouldNotBePublished() throws Exception {
        assertThat(post("warm").statusCode()).isEqualTo(202);
        kafka.freeze();
        HttpResponse<String> answer = gateway.post(MediaType.CLOUDEVENTS_BATCH, "["
                + String.join(",", cloudEvent("e1", "order:1", 1), "{\"specversion\":\"1.0\"}", cloudEvent("e2", "order:1", 2),
                cloudEvent("f1", "order:2", 1), cloudEvent("e3", "order:1", 3)) + "]");
        kafka.resume();
        List<String> codes = new ArrayList<>();
        for (JsonNode outcome : JSON.readTree(answer.body())) {
            codes.add(outcome.path("code").asText());
        }
        String again = "[" + String.join(",", cloudEvent("e1", "order:1", 1), cloudEvent("e2", "order:1", 2), cloudEvent("e3", "order:1", 3)) + "]";
        await().atMost(Duration.ofSeconds(15)).until(() -> gateway.post(MediaType.CLOUDEVENTS_BATCH, again).statusCode() == 202);

        assertThat(codes).containsExactly("PUBLISH_FAILED", "ATTRIBUTE_MISSING", "PRECEDING_FAILED", "PUBLISH_FAILED", "PRECEDING_FAILED");
        assertThat(answer.headers().firstValue("retry-after")).isPresent();
        List<String> firsts = TopicContents.of(kafka, "events").stream()
                .filter(record -> "order:1".equals(TopicContents.text(record.key()))).map(record -> TopicContents.header(record, "ce_id")).distinct().toList();
        assertThat(firsts).containsExactly("e1", "e2", "e3");
    }

    @Test
    void shouldLeaveRepeatsToTheConsumerWhileRedisIsAway() throws Exception {
        assertThat(post("with").headers().firstValue(Answers.LEFT_TO_CONSUMER)).isEmpty();
        redis.stop();
        HttpResponse<String> without = post("without");
        HttpResponse<String> line = gateway.post(MediaType.NDJSON, cloudEvent("line", "a:line", 1));
        HttpResponse<String> repeated = post("without");
        RunningGateway neighbour = new RunningGateway("two", RunningGateway.SETTINGS, kafka.bootstrapServers(), redis.uri());
        HttpResponse<String> elsewhere = neighbour.post(MediaType.CLOUDEVENT, cloudEvent("without", "a:without", 1));
        neighbour.close();
        redis.start();
        await().atMost(Duration.ofSeconds(10)).until(() ->
                post("back-" + UUID.randomUUID()).headers().firstValue(Answers.LEFT_TO_CONSUMER).isEmpty());

        assertThat(without.statusCode()).isEqualTo(202);
        assertThat(without.headers().firstValue(Answers.LEFT_TO_CONSUMER)).contains("consumer");
        assertThat(JSON.readTree(line.body()).path("idempotency").asText()).isEqualTo("consumer");
        assertThat(JSON.readTree(repeated.body()).path("duplicate").asBoolean()).isTrue();
        assertThat(JSON.readTree(elsewhere.body()).path("duplicate").asBoolean()).isFalse();
        assertThat(gateway.meters.counter("gateway_unmarked_total").count()).isGreaterThanOrEqualTo(1);
        assertThat(copiesById()).containsEntry("without", 2L).containsEntry("with", 1L);
    }

    @Test
    void shouldComeBackAfterAFrozenRedis() throws Exception {
        assertThat(post("with").headers().firstValue(Answers.LEFT_TO_CONSUMER)).isEmpty();
        redis.freeze();
        long frozen = System.nanoTime();
        await().atMost(Duration.ofSeconds(10)).until(() -> post("during-" + UUID.randomUUID()).headers()
                .firstValue(Answers.LEFT_TO_CONSUMER).isPresent() && System.nanoTime() - frozen > 4_000_000_000L);
        redis.resume();

        await().atMost(Duration.ofSeconds(10)).until(() ->
                post("back-" + UUID.randomUUID()).headers().firstValue(Answers.LEFT_TO_CONSUMER).isEmpty());
    }

    @Test
    void shouldTakeOverFromAnEarlierProcessOfItsNodeAtOnceAndWaitForAnother() throws Exception {
        Vertx vertx = Vertx.vertx();
        io.vertx.redis.client.Redis client = io.vertx.redis.client.Redis.createClient(vertx, redis.uri());
        IncomingEvent event = ((Reading.Valid) new EventReader(1 << 20, () -> 0).read(
                cloudEvent("x", "a:x", 1).getBytes(StandardCharsets.UTF_8), 0, cloudEvent("x", "a:x", 1).length(), "anonymous", null)).event();
        String hash = BodyHash.of(event);
        String dead = new Mark.Publishing(new Owner("one", "earlier").text(), hash).text();
        String alive = new Mark.Publishing(new Owner("two", "now").text(), hash).text();
        String deadOther = new Mark.Publishing(new Owner("one", "earlier").text(), "another-hash").text();
        for (Map.Entry<String, String> mark : Map.of("x", dead, "y", alive, "z", deadOther).entrySet()) {
            client.send(Request.cmd(Command.SET).arg("idemp:gateway:events:anonymous:/tests " + mark.getKey()).arg(
                    mark.getValue()).arg("PX").arg(60_000)).toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
        HttpResponse<String> taken = post("x");
        HttpResponse<String> reused = post("z");
        HttpResponse<String> waited = gateway.post(MediaType.CLOUDEVENT, cloudEvent("y", "a:x", 1));
        CompletableFuture<HttpResponse<String>> second = CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.post(MediaType.CLOUDEVENT, cloudEvent("y", "a:x", 1));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        client.send(Request.cmd(Command.SET).arg("idemp:gateway:events:anonymous:/tests y").arg(
                new Mark.Published(3, 17, hash).text())).toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        HttpResponse<String> answered = second.get(10, TimeUnit.SECONDS);
        client.close();
        vertx.close();

        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(reused.statusCode()).isEqualTo(409);
        assertThat(waited.statusCode()).isEqualTo(503);
        assertThat(code(waited)).isEqualTo("IN_PROGRESS");
        assertThat(JSON.readTree(answered.body()).path("offset").asInt()).isEqualTo(17);
        assertThat(JSON.readTree(answered.body()).path("duplicate").asBoolean()).isTrue();
    }

    @Test
    void shouldFinishWhatItAcceptedWhenItStops() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            lines.append(cloudEvent("s" + i, "s:" + i % 50, i)).append('\n');
        }
        CompletableFuture<HttpResponse<String>> stream = CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.post(MediaType.NDJSON, lines.toString());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(Duration.ofSeconds(10)).until(() -> copiesById().containsKey("s0"));
        gateway.undeploy();
        HttpResponse<String> answer = stream.get(15, TimeUnit.SECONDS);
        List<String> accepted = answer.body().lines().filter(line -> line.contains("\"status\":202")).toList();
        Exception refused = null;
        try {
            post("late");
        } catch (ConnectException e) {
            refused = e;
        }

        assertThat(accepted).isNotEmpty();
        assertThat(accepted).hasSize((int) answer.body().lines().count());
        assertThat(refused).isInstanceOf(ConnectException.class);
        List<ConsumerRecord<byte[], byte[]>> records = TopicContents.of(kafka, "events");
        assertThat(records).filteredOn(record -> TopicContents.text(record.key()).startsWith("s:")).hasSize(accepted.size());
    }

    @Test
    void shouldAnswerAllThatItTookThoughTheCallerNeverEnds() throws Exception {
        assertThat(post("warm").statusCode()).isEqualTo(202);
        kafka.freeze();
        try (Socket socket = new Socket("127.0.0.1", gateway.port)) {
            socket.setSoTimeout(15_000);
            String lines = "{broken\n" + cloudEvent("u1", "u:1", 1) + "\n" + cloudEvent("u2", "u:2", 1) + "\n";
            socket.getOutputStream().write(("POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n"
                    + "transfer-encoding: chunked\r\n\r\n" + Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String read = answer.readLine();
            while (!read.contains("MALFORMED")) {
                read = answer.readLine();
            }
            long stopped = System.nanoTime();
            CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> {
                try {
                    gateway.undeploy();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            List<String> rest = answer.lines().toList();
            long millis = (System.nanoTime() - stopped) / 1_000_000;
            stop.get(20, TimeUnit.SECONDS);

            assertThat(rest).filteredOn(line -> line.contains("\"status\":503")).hasSize(2);
            assertThat(rest).as("the last chunk").contains("0");
            assertThat(millis).as("answered longer after the stop than a leftover is waited for, ms").isGreaterThan(1_500);
        }
    }
}
