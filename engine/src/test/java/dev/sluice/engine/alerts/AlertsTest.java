package dev.sluice.engine.alerts;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.Node;
import dev.sluice.config.PostgresSettings;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.metrics.Meter;
import dev.sluice.store.Schema;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.sqlclient.Pool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** From the metric to somebody's webhook, which refuses now and then; with silences in a real PostgreSQL. */
@Timeout(60)
@ExtendWith(StackExtension.class)
class AlertsTest {

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile double poison;
    private volatile double lag;
    private int port;
    private Bus bus;
    private Pool pool;
    private AlertSettings settings;

    @BeforeEach
    void start(Postgres postgres) {
        PostgresSettings settings = PostgresSettings.of(postgres.host(), postgres.port(), postgres.database(),
                postgres.user(), postgres.password());
        Schema.migrate(settings);
        Meter.DLQ_MESSAGES_PER_HOUR.gauge(registry, () -> poison, "audit", "POISON");
        Meter.DLQ_MESSAGES_PER_HOUR.gauge(registry, () -> 5_000, "audit", "PERMANENT");
        Meter.KAFKA_CONSUMER_GROUP_LAG.gauge(registry, () -> lag, "audit", "events", "0");
        Meter.KAFKA_CONSUMER_GROUP_LAG.gauge(registry, () -> lag, "audit", "events", "1");
        HttpServer receiver = ended(vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> {
            if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                request.response().setStatusCode(503).end();
            } else {
                received.add(body.toJsonObject());
                request.response().end("ok");
            }
        })).listen(0, "127.0.0.1"));
        Router router = Router.router(vertx);
        bus = Bus.install(vertx);
        pool = settings.pool(vertx);
        this.settings = new AlertSettings("http://127.0.0.1:" + receiver.actualPort() + "/hook",
                Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMillis(300),
                Map.of("PartitionLagHigh", new AlertSettings.Limit(20_000.0, null),
                "NodeSilent", new AlertSettings.Limit(null, Duration.ofMillis(500))));
        Alerts alerts = new Alerts(vertx, new Node("node-1", bus, registry), this.settings, pool);
        new AlertRoutes(alerts).mount(router);
        port = ended(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1")).actualPort();
        vertx.runOnContext(now -> alerts.start());
    }

    @AfterEach
    void close() {
        ended(vertx.close());
    }

    @Test
    void shouldNotifyOfAPoisonFloodInSlacksFormAndSayWhenItIsOver() {
        poison = 11;

        await().atMost(Duration.ofSeconds(10)).until(() -> !received.isEmpty());
        assertThat(received.get(0).getString("text")).isEqualTo("[NOTIFY] PoisonFlood: group audit has met many poison messages in an hour");
        JsonObject detail = received.get(0).getJsonArray("attachments").getJsonObject(0);
        assertThat(detail.getString("text")).isEqualTo("group audit: 11 (limit 10)");
        assertThat(detail.getString("color")).isEqualTo("#439FE0");
        assertThat(detail.getJsonArray("fields").encode()).contains("docs/runbooks/poison-flood.md", "node-1", "firing");

        poison = 3;
        await().atMost(Duration.ofSeconds(10)).until(() -> received.stream().anyMatch(message ->
                message.getString("text").equals("[RESOLVED] PoisonFlood: group audit is well again")));
    }

    /** The first by name tells for both; when it is gone, the other one does. */
    @Test
    void shouldBeOneForAllNodesAndGoOnWithoutTheOneThatTells() {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        Meter.DLQ_MESSAGES_PER_HOUR.gauge(own, () -> 6, "audit", "POISON");
        String first = ended(vertx.deployVerticle(running(new Alerts(vertx, new Node("node-0", bus, own), settings, pool))));
        poison = 5;
        await().atMost(Duration.ofSeconds(10)).until(() -> !received.isEmpty());
        assertThat(received.get(0).encode()).contains("group audit: 11 (limit 10)", "node-0").doesNotContain("node-1");

        ended(vertx.undeploy(first));
        lag = 25_000;

        await().atMost(Duration.ofSeconds(20)).until(() -> received.stream().anyMatch(message ->
                message.encode().contains("PartitionLagHigh") && message.encode().contains("node-1")));
        assertThat(received).noneMatch(message -> message.encode().contains("PoisonFlood") && message.encode().contains("node-1")
                && message.encode().contains("FIRING"));
    }

    /** Its timers stop as those of a frozen process do; one that leaves is not missed. */
    @Test
    void shouldMissANodeThatFallsSilentAndNotOneThatLeaves() {
        Alerts stopped = new Alerts(vertx, new Node("node-2", bus, new SimpleMeterRegistry()), settings, pool);
        String silent = ended(vertx.deployVerticle(running(new Alerts(vertx, new Node("node-3", bus, new SimpleMeterRegistry()), settings, pool))));
        String left = ended(vertx.deployVerticle(running(stopped)));
        AtomicInteger heard = new AtomicInteger();
        bus.listen(Addresses.ALERTS, report -> heard.addAndGet(report.node().equals("node-2") && !report.leaves() ? 1 : 0));
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.get() > 0);
        stopped.leave();
        ended(vertx.undeploy(left));
        ended(vertx.undeploy(silent));

        await().atMost(Duration.ofSeconds(20)).until(() -> received.stream().anyMatch(message ->
                message.getString("text").startsWith("[PAGE] NodeSilent: instance node-3 has not been heard of")));
        assertThat(received).noneMatch(message -> message.encode().contains("node-2"));

        ended(vertx.deployVerticle(running(new Alerts(vertx, new Node("node-3", bus, new SimpleMeterRegistry()), settings, pool))));
        await().atMost(Duration.ofSeconds(20)).until(() -> received.stream().anyMatch(message ->
                message.getString("text").startsWith("[RESOLVED] NodeSilent")));
    }

    /** As a container that was killed and came back under another name. */
    @Test
    void shouldMissANodeNoMoreThatAnOperatorGivesUp() throws Exception {
        Alerts gone = new Alerts(vertx, new Node("node-3", bus, new SimpleMeterRegistry()), settings, pool);
        String silent = ended(vertx.deployVerticle(running(gone)));
        Alerts peer = new Alerts(vertx, new Node("node-2", bus, new SimpleMeterRegistry()), settings, pool);
        ended(vertx.deployVerticle(running(peer)));
        AtomicInteger heard = new AtomicInteger();
        bus.listen(Addresses.ALERTS, report -> heard.addAndGet(report.node().equals("node-3") ? 1 : 0));
        await().atMost(Duration.ofSeconds(20)).until(() -> heard.get() > 0);
        assertThat(call("DELETE", "/admin/alerts/nodes/node-3", "").statusCode()).as("one that runs").isEqualTo(404);
        ended(vertx.undeploy(silent));
        await().atMost(Duration.ofSeconds(20)).until(() -> !alertsOf(peer).isEmpty() && call("GET", "/admin/alerts", "").body()
                .contains("NodeSilent"));

        assertThat(call("DELETE", "/admin/alerts/nodes/node-3?actor=anna", "").statusCode()).isEqualTo(200);

        await().atMost(Duration.ofSeconds(20)).until(() -> alertsOf(peer).isEmpty() && !call("GET", "/admin/alerts", "").body()
                .contains("NodeSilent"));
        assertThat(call("DELETE", "/admin/alerts/nodes/node-3", "")).satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(404))
                .satisfies(answer -> assertThat(answer.body()).contains("nobody misses 'node-3'"));
    }

    private static List<AlertBoard.Active> alertsOf(Alerts alerts) {
        return ended(alerts.active());
    }

    private static VerticleBase running(Alerts alerts) {
        return new VerticleBase() {
            @Override
            public Future<?> start() {
                alerts.start();
                return Future.succeededFuture();
            }
        };
    }

    @Test
    void shouldGroupByRuleRepeatAndTryAgainUntilItIsDelivered() {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Alerts.class)).addAppender(logged);
        refusals.set(2);
        lag = 25_000;

        await().atMost(Duration.ofSeconds(20)).until(() -> !received.isEmpty());
        assertThat(refusals.get()).as("refusals left").isZero();
        assertThat(received.get(0).getString("text")).startsWith("[WARN] PartitionLagHigh").endsWith(", and 1 more");
        assertThat(received.get(0).getJsonArray("attachments").getJsonObject(0).getString("text").split("\n"))
                .containsExactly("group audit, topic events, partition 0: 25000 (limit 20000)",
                        "group audit, topic events, partition 1: 25000 (limit 20000)");
        await().atMost(Duration.ofSeconds(10)).until(() -> received.size() > 1);
        assertThat(received.get(1).getString("text")).isEqualTo(received.get(0).getString("text"));
        assertThat(logged.list).as("a format of its own for each rule: the log leaves out what comes often in one").anySatisfy(line -> {
            assertThat(line.getMessage()).isEqualTo("alert [WARN] PartitionLagHigh: {}");
            assertThat(line.getFormattedMessage()).isEqualTo("alert " + received.get(0).getString("text"));
        });
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Alerts.class)).detachAppender(logged);
    }

    @Test
    void shouldKeepAnOperatorsOwnLimit() throws Exception {
        lag = 15_000;
        poison = 11;

        await().atMost(Duration.ofSeconds(10)).until(() -> !received.isEmpty());
        assertThat(call("GET", "/admin/alerts", "").body()).contains("PoisonFlood").doesNotContain("PartitionLagHigh");
    }

    @Test
    void shouldBeSilencedByAnOperatorAndSpeakAgainWhenThatIsEnded() throws Exception {
        HttpResponse<String> silenced = call("POST", "/admin/alerts/silences",
                "{\"alert\": \"PartitionLagHigh\", \"labels\": {\"group\": \"audit\"}, \"for\": \"1h\", \"actor\": \"anna\", \"reason\": \"migration\"}");
        assertThat(silenced.statusCode()).isEqualTo(200);
        lag = 25_000;
        await().atMost(Duration.ofSeconds(10)).until(() -> call("GET", "/admin/alerts", "").body().contains("\"firing\""));
        assertThat(received).isEmpty();
        assertThat(call("GET", "/admin/alerts/silences", "").body()).contains("\"actor\" : \"anna\"", "migration");

        call("DELETE", "/admin/alerts/silences/" + new JsonObject(silenced.body()).getLong("id"), "");

        await().atMost(Duration.ofSeconds(10)).until(() -> received.size() == 1);
    }

    /** It stands still, and does not refuse: the incident in which somebody must be told. */
    @Test
    void shouldTellAlsoWhilePostgresIsFrozenAndKeepTheSilencesThatItKnows(Postgres postgres) throws Exception {
        String silenced = call("POST", "/admin/alerts/silences", "{\"alert\": \"PartitionLagHigh\"}").body();
        lag = 25_000;
        await().atMost(Duration.ofSeconds(10)).until(() -> call("GET", "/admin/alerts", "").body().contains("\"firing\""));
        postgres.freeze();
        try {
            poison = 11;

            await().atMost(Duration.ofSeconds(20)).until(() -> !received.isEmpty());
            assertThat(received).allMatch(message -> message.getString("text").contains("PoisonFlood"));
            assertThat(call("GET", "/admin/alerts/silences", "")).satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(503))
                    .satisfies(answer -> assertThat(answer.body()).contains("PostgreSQL has not answered", "hold meanwhile"));
            assertThat(call("POST", "/admin/alerts/silences", "{\"alert\": \"NodeSilent\", \"for\": \"1s\"}").statusCode()).isEqualTo(503);
        } finally {
            postgres.resume();
            await().atMost(Duration.ofSeconds(20)).until(() ->
                    call("DELETE", "/admin/alerts/silences/" + new JsonObject(silenced).getLong("id"), "").statusCode() == 200);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithASilence() throws Exception {
        assertThat(call("POST", "/admin/alerts/silences", "{\"alert\": \"LagHigh\"}"))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400))
                .satisfies(answer -> assertThat(answer.body()).contains("'LagHigh' is none", "GroupLagHigh"));
        assertThat(call("POST", "/admin/alerts/silences", "{\"alert\": \"*\", \"for\": \"soon\"}").statusCode()).isEqualTo(400);
        assertThat(call("POST", "/admin/alerts/silences", "nonsense").statusCode()).isEqualTo(400);
        assertThat(call("POST", "/admin/alerts/silences", "{\"alert\": \"*\", \"labels\": 5}").statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body)).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static <T> T ended(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
