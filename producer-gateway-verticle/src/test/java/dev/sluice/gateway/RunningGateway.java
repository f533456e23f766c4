package dev.sluice.gateway;

import dev.sluice.bus.Bus;
import dev.sluice.bus.Node;
import dev.sluice.config.ByteSize;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Redis;
import dev.sluice.trace.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One gateway of a node, in a Vert.x of its own, on a free port. */
final class RunningGateway {

    static final GatewaySettings SETTINGS = new GatewaySettings("127.0.0.1", 0, "events", ByteSize.mebibytes(1),
            ByteSize.mebibytes(16), Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(12), Duration.ofSeconds(5),
            new GatewaySettings.Publishing(Duration.ofMillis(5), ByteSize.parse("16KiB"), "none", ByteSize.mebibytes(64),
                    Duration.ofSeconds(4), Duration.ofSeconds(2), Duration.ofSeconds(1)),
            new GatewaySettings.Window(Duration.ofHours(1), 100_000),
            new GatewaySettings.Streams(5_000, ByteSize.mebibytes(8), ByteSize.mebibytes(4), ByteSize.mebibytes(64)),
            new GatewaySettings.Waiting(10_000, ByteSize.mebibytes(32), Duration.ofSeconds(2), Duration.ofMillis(50)),
            new GatewaySettings.Breaker(5, Duration.ofSeconds(2), Duration.ofSeconds(1)),
            new GatewaySettings.Security("", "", "", "", false, JwtSettings.OFF), List.of());

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String deployment;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final int port;

    RunningGateway(String node, GatewaySettings settings, String kafka, String redis) throws Exception {
        this(node, settings, kafka, redis, 2);
    }

    RunningGateway(String node, GatewaySettings settings, String kafka, String redis, int instances) throws Exception {
        this(node, settings, kafka, redis, instances, Traces.OFF);
    }

    RunningGateway(String node, GatewaySettings settings, String kafka, String redis, int instances, Traces traces) throws Exception {
        port = Ports.oneFree();
        GatewaySettings onPort = new GatewaySettings(settings.host(), port, settings.topic(), settings.maxDataSize(),
                settings.maxBatchSize(), settings.bodyTimeout(), settings.idleTimeout(), settings.drainTimeout(), settings.throttleHold(),
                settings.publishing(), settings.window(), settings.streams(), settings.waiting(), settings.breaker(),
                settings.security(), settings.schemas());
        Node here = new Node(node, Bus.install(vertx), meters, traces);
        deployment = vertx.deployVerticle(() -> new ProducerGatewayVerticle(onPort, Set.of("events", "other"),
                        new KafkaSettings(kafka, Map.of()), new RedisSettings(redis, Duration.ofSeconds(1)), here),
                new DeploymentOptions().setInstances(instances)).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** On a Kafka that has no topics yet. */
    static RunningGateway withTopics(Kafka kafka, Redis redis, GatewaySettings settings) throws Exception {
        createTopics(kafka);
        return new RunningGateway("one", settings, kafka.bootstrapServers(), redis.uri());
    }

    /** Those that gateways of tests publish to, with the limit of size that Sluice gives its topics. */
    static void createTopics(Kafka kafka) throws Exception {
        Map<String, String> limit = Map.of("max.message.bytes", "1310720");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("events", 4, (short) 1).configs(limit),
                    new NewTopic("other", 1, (short) 1).configs(limit))).all().get(30, TimeUnit.SECONDS);
        }
    }

    /** {@link #SETTINGS} for callers who are given less time. */
    static GatewaySettings idleAfter(Duration idle) {
        return new GatewaySettings(SETTINGS.host(), 0, SETTINGS.topic(), SETTINGS.maxDataSize(), SETTINGS.maxBatchSize(),
                SETTINGS.bodyTimeout(), idle, SETTINGS.drainTimeout(), SETTINGS.throttleHold(), SETTINGS.publishing(),
                SETTINGS.window(), SETTINGS.streams(), SETTINGS.waiting(), SETTINGS.breaker(), SETTINGS.security(), List.of());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String contentType, String body) throws Exception {
        return post("/v1/events", contentType, body);
    }

    HttpResponse<String> post(String path, String contentType, String body) throws Exception {
        return send(request(path).header("content-type", contentType).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    CompletableFuture<HttpResponse<String>> sendLater(String contentType, String body) {
        return client.sendAsync(request("/v1/events").header("content-type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    void undeploy() throws Exception {
        vertx.undeploy(deployment).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
