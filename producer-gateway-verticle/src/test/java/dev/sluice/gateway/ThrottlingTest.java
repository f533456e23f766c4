package dev.sluice.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.bus.SharedPressure;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.devstack.junit.TopicContents;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The gateway while consumers say through Redis that they are pressed. */
@ExtendWith(StackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThrottlingTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Vertx vertx = Vertx.vertx();
    private RunningGateway gateway;
    private Redis redis;
    private Kafka kafka;
    private dev.sluice.devstack.Redis server;

    @BeforeAll
    void start(Kafka kafka, dev.sluice.devstack.Redis server) throws Exception {
        this.kafka = kafka;
        RunningGateway.createTopics(kafka);
        this.server = server;
        gateway = new RunningGateway("one", RunningGateway.SETTINGS, kafka.bootstrapServers(), server.uri(), 1);
        redis = Redis.createClient(vertx, server.uri());
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Response redis(Command command, Object... arguments) throws Exception {
        Request request = Request.cmd(command);
        for (Object argument : arguments) {
            request.arg(argument.toString());
        }
        return redis.send(request).toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    private int post() throws Exception {
        return gateway.post(MediaType.JSON, "{\"type\":\"t\",\"eventId\":\"" + UUID.randomUUID() + "\",\"data\":1}").statusCode();
    }

    private HttpResponse<String> stream(int events) throws Exception {
        return stream(gateway, events);
    }

    private static HttpResponse<String> stream(RunningGateway gateway, int events) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < events; i++) {
            lines.append("{\"type\":\"t\",\"eventId\":\"").append(UUID.randomUUID()).append("\",\"data\":1}\n");
        }
        return gateway.post(MediaType.NDJSON, lines.toString());
    }

    /** Of so many requests at once. */
    private HttpResponse<String> firstRefused(int requests) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(requests);
        Callable<HttpResponse<String>> post = () -> gateway.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}");
        try {
            for (Future<HttpResponse<String>> answer : threads.invokeAll(Collections.nCopies(requests, post))) {
                if (answer.get().statusCode() != 202) {
                    return answer.get();
                }
            }
        } finally {
            threads.shutdown();
        }
        throw new AssertionError("all " + requests + " were let in");
    }

    @Test
    void shouldSlowProducersDownWithinASecondAndLetThemGoAgain() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(post()).isEqualTo(202);
        }
        redis(Command.SET, SharedPressure.LEVEL, "1", "PX", "9000");
        redis(Command.PUBLISH, SharedPressure.CHANNEL, "true");
        await().atMost(Duration.ofSeconds(8)).until(() -> stream(300).body().contains("\"PRODUCER_THROTTLED\""));
        long raised = System.nanoTime();
        HttpResponse<String> answer = stream(600);
        HttpResponse<String> single = firstRefused(100);
        long refusals = answer.body().lines().filter(line -> line.contains("\"PRODUCER_THROTTLED\"")).count();
        long accepted = answer.body().lines().filter(line -> line.contains("\"status\":202")).count();
        String refused = answer.body().lines().filter(line -> line.contains("\"PRODUCER_THROTTLED\"")).findFirst().orElseThrow();
        JsonNode line = JSON.readTree(refused);

        assertThat(refusals + accepted).isEqualTo(600);
        assertThat(accepted).isLessThan(100);
        assertThat((System.nanoTime() - raised) / 1e9).isGreaterThan(1.9);
        assertThat(single.statusCode()).isEqualTo(429);
        assertThat(single.headers().firstValue("retry-after")).isPresent();
        assertThat(single.headers().firstValue("content-type")).contains(MediaType.PROBLEM);
        assertThat(line.path("status").asInt()).isEqualTo(429);
        assertThat(line.path("retryAfter").asInt()).isBetween(1, 30);
        assertThat(gateway.meters.get("producer_throttle_ratio").gauge().value()).isGreaterThan(0.5);
        awaitUnthrottled();
        assertThat(TopicContents.of(kafka, "events").size()).isGreaterThanOrEqualTo(20 + 300 + (int) accepted);
    }

    @Test
    void shouldDivideWhatIsLetInAmongTheGatewaysThatLive() throws Exception {
        awaitUnthrottled();
        RunningGateway second = new RunningGateway("two", RunningGateway.SETTINGS, kafka.bootstrapServers(), server.uri(), 1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            await().atMost(Duration.ofSeconds(10)).until(() -> redis(Command.HLEN, Peers.KEY).toInteger() == 2);
            redis(Command.SET, SharedPressure.LEVEL, "0.9", "PX", "15000");
            redis(Command.PUBLISH, SharedPressure.CHANNEL, "true");
            for (RunningGateway each : List.of(gateway, second)) {
                await().atMost(Duration.ofSeconds(10)).until(() -> stream(each, 1_000).body().contains("PRODUCER_THROTTLED"));
            }
            List<Callable<HttpResponse<String>>> streams = List.of(() -> stream(gateway, 1_000), () -> stream(second, 1_000));
            long began = System.nanoTime();
            long accepted = 0;
            for (Future<HttpResponse<String>> stream : threads.invokeAll(streams)) {
                accepted += stream.get().body().lines().filter(outcome -> outcome.contains("\"status\":202")).count();
            }
            double seconds = (System.nanoTime() - began) / 1e9;

            assertThat(accepted / (seconds + 0.2)).as("of 200 events/s that both together let in").isBetween(1.0, 260.0);
        } finally {
            threads.shutdown();
            second.close();
            redis(Command.DEL, SharedPressure.LEVEL);
        }
        assertThat(redis(Command.HLEN, Peers.KEY).toInteger()).as("one that has left is no peer").isEqualTo(1);
        redis(Command.HSET, Peers.KEY, "dead", "0:1000:0:" + (System.currentTimeMillis() + 1_000));
        await().atMost(Duration.ofSeconds(20)).until(() -> redis(Command.HLEN, Peers.KEY).toInteger() == 1);
    }

    /** 300 clients where 100 events/s are let in: who comes back when told to is served, and refusals stay few. */
    @Test
    void shouldServeClientsThatComeBackWhenToldToAtTheRateThatIsLetIn() throws Exception {
        awaitUnthrottled();
        redis(Command.SET, SharedPressure.LEVEL, "0.95", "PX", "60000");
        redis(Command.PUBLISH, SharedPressure.CHANNEL, "true");
        PatientClients clients = new PatientClients(gateway, 300);
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> clients.refused.get() > 0);
            int before = clients.accepted.get();
            int refusedBefore = clients.refused.get();
            long began = System.nanoTime();
            await().atMost(Duration.ofSeconds(60)).until(() -> clients.accepted.get() - before >= 300);
            double rate = (clients.accepted.get() - before) / ((System.nanoTime() - began) / 1e9);
            int refused = clients.refused.get() - refusedBefore;

            System.out.printf("clients that follow Retry-After: %.0f events/s of 100, %d refusals for 300 events%n", rate, refused);
            assertThat(rate).as("of 100 events/s that are let in").isBetween(60.0, 115.0);
            assertThat(refused).as("refusals for 300 events").isLessThan(450);
            assertThat(clients.other.get()).as("answers but 202 and 429 with Retry-After").isZero();
        } finally {
            clients.end();
            redis(Command.DEL, SharedPressure.LEVEL);
            awaitUnthrottled();
        }
    }

    private void awaitUnthrottled() {
        await().atMost(Duration.ofSeconds(40)).until(() ->
                stream(300).body().lines().filter(outcome -> outcome.contains("\"status\":202")).count() == 300);
    }

    @Test
    void shouldAbsorbAShortSqueeze() throws Exception {
        awaitUnthrottled();
        redis(Command.SET, SharedPressure.LEVEL, "0.3", "PX", "500");
        redis(Command.PUBLISH, SharedPressure.CHANNEL, "true");

        assertThat(stream(60).body().lines()).hasSize(60).allMatch(outcome -> outcome.contains("\"status\":202"));
    }

    /** 2,000 events/s were let in before, 200 are now: 1,000 lines are late, and all of one entity. */
    @Test
    void shouldReadABodyWithoutALengthAsFastAsEventsAreLetInAndRefuseNone() throws Exception {
        awaitUnthrottled();
        redis(Command.SET, SharedPressure.LEVEL, "0.9", "PX", "60000");
        redis(Command.PUBLISH, SharedPressure.CHANNEL, "true");
        await().atMost(Duration.ofSeconds(10)).until(() -> stream(1_000).body().contains("PRODUCER_THROTTLED"));
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try {
            long began = System.nanoTime();
            Future<List<String>> stream = threads.submit(() -> streamOfOneEntity(1_000));
            int beside = 0;
            while (!stream.isDone()) {
                beside += post() == 202 ? 1 : 0;
            }
            double seconds = (System.nanoTime() - began) / 1e9;

            assertThat(stream.get()).hasSize(1_000).allMatch(outcome -> outcome.contains("\"status\":202"));
            assertThat(seconds).as("for what would take 5 s alone").isBetween(4.0, 20.0);
            assertThat(beside).as("posts of the same client, which are let in by turns").isGreaterThan(20);
        } finally {
            threads.shutdown();
            redis(Command.DEL, SharedPressure.LEVEL);
            awaitUnthrottled();
        }
    }

    private List<String> streamOfOneEntity(int events) throws Exception {
        String entity = UUID.randomUUID().toString();
        String lines = IntStream.range(1, events + 1).mapToObj(sequence ->
                "{\"type\":\"t\",\"entityType\":\"e\",\"entityId\":\"" + entity + "\",\"sequence\":" + sequence + ",\"data\":1}\n")
                .collect(Collectors.joining());
        HttpRequest.BodyPublisher chunked = HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofString(lines));
        return gateway.send(gateway.request("/v1/events").header("content-type", MediaType.NDJSON).POST(chunked).build())
                .body().lines().toList();
    }
}
