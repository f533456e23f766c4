package dev.sluice.engine.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.config.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a node says of itself while it is ill: each test makes it so, on a real Kafka and PostgreSQL. */
@Timeout(180)
@ExtendWith(StackExtension.class)
class SelfObservationTest {

    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    private static Path data;
    private static RealBackends backends;
    private static Deployment node;

    @BeforeAll
    static void start(Kafka kafka, Postgres postgres) throws Exception {
        backends = new RealBackends(kafka, postgres);
        List<String> settings = new ArrayList<>(backends.settings());
        settings.addAll(List.of("operations.port=0", "postgres.pool-size=2", "consumer.still-after=2s"));
        Path file = Files.writeString(data.resolve("sluice.yaml"), "consumer: {kafka: {interceptor.classes: " + StandStill.class.getName() + "}}");
        node = new Deployment(Configuration.load(Optional.of(file), Map.of("SLUICE_CONFIG", ""), settings),
                RunPlan.parse("consumer,dlq-router,lag-monitor"), new NodeOptions(false, false, Optional.of(data)));
        node.start();
    }

    @AfterAll
    static void stop() {
        StandStill.letGo();
        node.stop();
    }

    @BeforeEach
    void beWell() {
        await().atMost(SOON).until(() -> get("/health/ready").statusCode() == 200);
    }

    /** For Kafka all is well with it: its heartbeats go on. */
    @Test
    void shouldBeRedWhileAPollLoopStandsStillThatKafkaCallsStable() throws Exception {
        StandStill.hold();
        publish();
        await().atMost(SOON).until(() -> StandStill.held() > 0);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(get("/health/ready").body()).containsPattern("group (audit|entity-state): the poll loop stands still");
            assertThat(metric("component_up\\{component=\"consumer-verticle\"}")).isZero();
            assertThat(metric("consumer_poll_still_seconds\\{group=\"audit\"}")).isGreaterThan(2);
        });
        assertThat(get("/health/live").statusCode()).as("a restart mends nothing that others would not take over").isEqualTo(200);
        assertThat(group("audit").groupState()).isEqualTo(GroupState.STABLE);
        assertThat(group("audit").members()).hasSize(1);

        StandStill.letGo();
        await().atMost(SOON).until(() -> get("/health/ready").statusCode() == 200);
        await().atMost(SOON).until(() -> metric("consumer_poll_still_seconds\\{group=\"audit\"}") < 2);
        await().atMost(SOON).until(() -> metric("events_processed_total\\{group=\"audit\",outcome=\"applied\"}") >= 1);
    }

    @Test
    void shouldShowWhoWaitsForAConnectionWhilePostgresIsFrozen() throws Exception {
        assertThat(metric("pg_pool_max")).isEqualTo(2);
        backends.postgres().freeze();
        try {
            await().atMost(SOON).pollInterval(Duration.ofMillis(50)).until(() -> metric("pg_pool_active") == 2 && metric("pg_pool_waiting") > 0);
        } finally {
            backends.postgres().resume();
        }
        await().atMost(SOON).until(() -> metric("pg_pool_waiting") == 0);
    }

    @Test
    void shouldShowCollectionsOfGarbageAndTheEventLoops() {
        double before = collections();

        System.gc();

        await().atMost(SOON).until(() -> collections() > before);
        assertThat(metric("event_loop_delay_seconds")).isNotNegative();
        assertThat(metric("event_loop_tasks")).isNotNegative();
    }

    /** In the form that docs/observability.md gives to KEDA: {@code groups.#(group=="audit").wanted}. */
    @Test
    void shouldOfferTheScalingSignalToKeda() throws Exception {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(get("/admin/lag").statusCode()).isEqualTo(200);
            JsonNode groups = new ObjectMapper().readTree(get("/admin/scaling").body()).path("groups");
            assertThat(groups.findValuesAsText("group")).containsExactlyInAnyOrder("audit", "entity-state");
            groups.forEach(group -> {
                assertThat(group.path("wanted").asInt()).isEqualTo(1);
                assertThat(group.path("target").asInt()).isEqualTo(5_000);
                assertThat(group.path("partitions").asInt()).isEqualTo(24);
                assertThat(group.path("reason").asText()).isEqualTo("as it should be");
            });
        });
        assertThat(metric("consumer_instances_wanted\\{group=\"audit\"}")).isEqualTo(1);
    }

    /** Of one that appears with its first event Prometheus would not see that it has risen. */
    @Test
    void shouldCountFromZero() {
        assertThat(List.of("backpressure_triggered_total\\{group=\"audit\"}", "consumer_rebalances_total\\{group=\"audit\",kind=\"lost\"}",
                "consumer_poll_restarts_total\\{group=\"audit\"}", "events_processed_total\\{group=\"audit\",outcome=\"expired\"}"))
                .allSatisfy(counter -> assertThat(metric(counter)).as(counter).isNotNegative());
    }

    private static double collections() {
        return Pattern.compile("(?m)^jvm_gc_pause_seconds_count\\{.*} (\\S+)$").matcher(get("/metrics").body()).results()
                .mapToDouble(found -> Double.parseDouble(found.group(1))).sum();
    }

    /** NaN when there is none. */
    private static double metric(String name) {
        Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(get("/metrics").body());
        return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
    }

    private static ConsumerGroupDescription group(String name) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", backends.kafka().bootstrapServers()))) {
            return admin.describeConsumerGroups(Set.of(name)).all().get(20, TimeUnit.SECONDS).get(name);
        }
    }

    private static void publish() throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers",
                backends.kafka().bootstrapServers()), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("events", "e:1", "{\"eventId\":\"held\",\"type\":\"t\",\"entityType\":\"e\","
                    + "\"entityId\":\"1\",\"sequence\":1,\"data\":{}}")).get(20, TimeUnit.SECONDS);
        }
    }

    private static HttpResponse<String> get(String path) {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.operationsPort() + path))
                    .timeout(Duration.ofSeconds(15)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
