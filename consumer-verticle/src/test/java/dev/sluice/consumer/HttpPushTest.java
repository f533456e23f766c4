package dev.sluice.consumer;

import dev.sluice.consumer.handlers.HttpPush;
import dev.sluice.event.Topics;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Events pushed to a real HTTP server. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class HttpPushTest {

    private Backends.Postgres postgres;
    private final List<String> received = new CopyOnWriteArrayList<>();
    private volatile IntUnaryOperator status = number -> 200;
    private Rig rig;
    private HttpServer server;

    @BeforeEach
    void takeRig(Rig rig, Backends.Postgres postgres) throws Exception {
        this.rig = rig;
        this.postgres = postgres;
        listen(0);
    }

    private void listen(int port) throws Exception {
        server = rig.vertx.createHttpServer().requestHandler(this::answer).listen(port, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
    }

    private void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            received.add(request.getHeader("Idempotency-Key") + " " + request.getHeader("ce-type") + " " + body);
            request.response().setStatusCode(status.applyAsInt(received.size())).putHeader("Retry-After", "1").end();
        });
    }

    @Test
    void shouldPushEachEventOnceInOrderWithItsIdentity() throws Exception {
        startPushing();
        rig.publish("case:1", 1);
        rig.publish("case:1", 1);
        rig.publish("case:1", 2);

        await().atMost(Duration.ofSeconds(20)).until(() -> !rig.ends().isEmpty() && rig.committed().equals(rig.ends()));
        assertThat(received).containsExactly("/test%20case:1/1 step {\"n\":1}", "/test%20case:1/2 step {\"n\":2}");
        assertThat(postgres.number("SELECT count(*) FROM processed_events WHERE consumer_group = '" + rig.group + "'"))
                .isEqualTo(2);
    }

    @Test
    void shouldPushAReplayedDeadLetterOnceAndTurnItsRowToApplied() throws Exception {
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + rig.group
                + "', 'the first identity', 'dead')");
        startPushing();
        rig.publish(replay());
        rig.publish(replay());
        rig.publish(Rig.record(Topics.retryOf(rig.topic), "case:9", 2, Map.of("x-original-group", rig.group,
                "x-event-identity", "behind them")));

        await().atMost(Duration.ofSeconds(40)).until(() -> postgres.number("SELECT count(*) FROM processed_events "
                + "WHERE consumer_group = '" + rig.group + "' AND outcome = 'applied'") == 2);
        assertThat(received).hasSize(2);
        assertThat(rig.routed).isEmpty();
    }

    private ProducerRecord<byte[], byte[]> replay() {
        return Rig.record(Topics.retryOf(rig.topic), "case:9", 1, Map.of("x-original-group", rig.group,
                "x-retry-after", Instant.now().toString(), "x-retry-count", "0", "x-replay-of", "dlq.errors-0-0",
                "x-event-identity", "the first identity"));
    }

    @Test
    void shouldRestAsLongAsTheTargetAsks() throws Exception {
        status = number -> number == 1 ? 429 : 200;
        startPushing();
        rig.publish("case:1", 1);

        await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 1);
        long first = System.nanoTime();
        await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 2);
        assertThat(Duration.ofNanos(System.nanoTime() - first)).isGreaterThan(Duration.ofMillis(800));
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.routed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 500})
    void shouldReportTheStatusOfARefusal(int refusal) throws Exception {
        status = number -> refusal;
        startPushing();
        rig.publish("case:1", 1);

        await().atMost(Duration.ofSeconds(20)).until(() -> rig.routed.size() == 1);
        assertThat(rig.routed.element().error().httpStatus()).isEqualTo(refusal);
    }

    @Test
    void shouldWaitForATargetThatIsNotThere() throws Exception {
        int port = server.actualPort();
        server.close().await(10, TimeUnit.SECONDS);
        startPushing(port);
        rig.publish("case:1", 1);
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(() -> rig.committed().isEmpty());

        listen(port);
        await().atMost(Duration.ofSeconds(20)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(received).hasSize(1);
        assertThat(rig.routed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"url\":\"ftp://x\"}", "{\"url\":\"http://x\",\"timeout\":1}",
            "{\"url\":\"http://x\",\"max-concurrency\":0}"})
    void shouldRefuseSettingsThatItCanNotUse(String settings) {
        assertThatThrownBy(() -> new HttpPush().create(new JsonObject(settings)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("settings");
    }

    private void startPushing() throws Exception {
        startPushing(server.actualPort());
    }

    private void startPushing(int port) throws Exception {
        Rig.Settings settings = new Rig.Settings();
        settings.handler = "http";
        settings.own = Map.of("url", "http://127.0.0.1:" + port + "/events");
        rig.start(0, settings);
    }
}
