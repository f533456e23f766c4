package dev.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.operations.NodeFile;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** From a caller's trace through gateway, Kafka, consumer, a refused push, its retry or replay: what an OTLP receiver gets. */
@Timeout(120)
@ExtendWith(StackExtension.class)
class TraceTest {

    private static final String CALLERS_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String BATCHS_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String BURIEDS_TRACE = "1bf7651916cd43dd8448eb211c80319d";
    private static final int BATCH = 20;

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final AtomicInteger pushes = new AtomicInteger();
    private final AtomicInteger burials = new AtomicInteger();
    @TempDir
    private Path folder;
    private HttpServer server;

    /** The receiver at /v1/traces, and a target at / that refuses the first push of the events that are followed and buried. */
    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::onSpans);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            String id = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            int status = id.contains("followed") && pushes.incrementAndGet() == 1 ? 500
                    : id.contains("buried") && burials.incrementAndGet() == 1 ? 422 : 204;
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void shouldFollowAnEventFromTheCallerToItsLastRetry(Stack stack) throws Exception {
        String own = "http://127.0.0.1:" + server.getAddress().getPort();
        Path config = folder.resolve("sluice.yaml");
        Files.writeString(config, """
                operations: {log-format: json}
                tracing: {endpoint: "%s/v1/traces", sample: 0}
                consumer:
                  subscriptions:
                    - {group: audit, topic: events, handler: audit, ordering: key, sequences: none, pressure: counts}
                    - {group: push, topic: events, handler: http, ordering: unordered, sequences: none, pressure: ignored,
                       settings: {url: "%s/"}}
                    - {group: talk, topic: events, handler: talking, ordering: key, sequences: none, pressure: ignored}
                """.formatted(own, own));
        SluiceProcess sluice = new SluiceProcess(folder.resolve("node"), stack);
        try {
            sluice.start("--run", "all", "--config", config.toString());
            NodeFile node = NodeFile.read(folder.resolve("node")).orElseThrow();
            post(node.gateway(), "followed", "00-" + CALLERS_TRACE + "-00f067aa0ba902b7-01");
            post(node.gateway(), "untraced", null);
            await().atMost(Duration.ofSeconds(60)).until(() -> of("process.event").count() == 4);

            assertThat(spans).as("of a sample of 0, only what the caller has asked for")
                    .allMatch(span -> hex(span.getTraceId().toByteArray()).equals(CALLERS_TRACE));
            Span request = of("POST /v1/events").findFirst().orElseThrow();
            assertThat(hex(request.getParentSpanId().toByteArray())).isEqualTo("00f067aa0ba902b7");
            Span publish = of("publish events").findFirst().orElseThrow();
            assertThat(publish.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(of("process.event")).allSatisfy(span -> {
                assertThat(span.getParentSpanId()).isEqualTo(publish.getSpanId());
                assertThat(attribute(span, "event.id")).endsWith("followed");
                assertThat(span.getAttributesList()).extracting(each -> each.getKey()).contains("partition", "offset",
                        "db.statement", "messaging.destination", "status");
            });
            assertThat(of("process.event").map(span -> attribute(span, "messaging.consumer.group.name") + " "
                    + attribute(span, "messaging.destination") + " " + attribute(span, "status")))
                    .containsExactlyInAnyOrder("audit events applied", "talk events applied", "push events retrying", "push events.retry applied");
            assertThat(of("transaction")).isNotEmpty().allMatch(span -> span.getLinksCount() >= 1);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(statements())
                    .as("the handler's own, and the inbox's, without values").anyMatch(sql -> sql.contains("INTO audit_log"))
                    .anyMatch(sql -> sql.contains("INTO processed_events")).contains("SELECT ?").noneMatch(sql -> sql.contains("secret")));
            assertThat(linesOf(sluice, "I begin", "I go on")).hasSize(2).allSatisfy(line -> {
                assertThat(line.path("eventId").asText()).endsWith("followed");
                assertThat(line.path("traceId").asText()).isEqualTo(CALLERS_TRACE);
                assertThat(line.path("group").asText()).isEqualTo("talk");
                assertThat(line.path("offset").asText()).matches("\\d+");
            });
            atomicBatch(node.gateway());
            replay(node);
            assertThat(get(node.operations() + "/metrics", "application/openmetrics-text")).contains("trace_id=\"" + CALLERS_TRACE + "\"")
                    .endsWith("# EOF\n");
        } finally {
            sluice.end();
        }
    }

    /** Each event of a batch that is published as a whole has its own span, within the request's; transactions are linked. */
    private void atomicBatch(String gateway) throws Exception {
        HttpRequest batch = HttpRequest.newBuilder(URI.create(gateway + "/v1/events?atomic=true"))
                .header("content-type", "application/cloudevents-batch+json").timeout(Duration.ofSeconds(20))
                .header("traceparent", "00-" + BATCHS_TRACE + "-00f067aa0ba902b7-01")
                .POST(HttpRequest.BodyPublishers.ofString(IntStream.range(0, BATCH).mapToObj(id -> """
                        {"specversion":"1.0","id":"%s","source":"/s","type":"t","subject":"e:%s","sequence":"1","data":{}}
                        """.formatted(id, id)).collect(Collectors.joining(",", "[", "]")))).build();
        assertThat(HttpClient.newHttpClient().send(batch, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(60)).until(() -> of(BATCHS_TRACE, "process.event").count() == 3 * BATCH);
        Span request = of(BATCHS_TRACE, "POST /v1/events").findFirst().orElseThrow();
        assertThat(of(BATCHS_TRACE, "publish events")).hasSize(BATCH)
                .allMatch(span -> span.getParentSpanId().equals(request.getSpanId()));
        Set<ByteString> events = of(BATCHS_TRACE, "process.event").map(Span::getSpanId).collect(Collectors.toSet());
        assertThat(of(BATCHS_TRACE, "transaction")).as("each is linked with its events, of which one has many")
                .allMatch(span -> events.containsAll(span.getLinksList().stream().map(Span.Link::getSpanId).toList()))
                .anyMatch(span -> span.getLinksCount() > 1);
    }

    /** A push that is refused for good, and sent back: the same trace. */
    private void replay(NodeFile node) throws Exception {
        post(node.gateway(), "buried", "00-" + BURIEDS_TRACE + "-00f067aa0ba902b7-01");
        await().atMost(Duration.ofSeconds(60)).until(() -> HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                URI.create(node.operations() + "/admin/dlq/replay")).header("content-type", "application/json")
                .timeout(Duration.ofSeconds(20)).POST(HttpRequest.BodyPublishers.ofString(
                        "{\"filter\": {\"group\": \"push\"}, \"actor\": \"anna\", \"reason\": \"mended\"}")).build(),
                HttpResponse.BodyHandlers.ofString()).statusCode() == 200 && burials.get() > 1);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(of(BURIEDS_TRACE, "process.event").map(span ->
                attribute(span, "messaging.consumer.group.name") + " " + attribute(span, "status")))
                .containsExactlyInAnyOrder("audit applied", "talk applied", "push dead", "push applied"));
    }

    private Stream<Span> of(String trace, String name) {
        return of(name).filter(span -> hex(span.getTraceId().toByteArray()).equals(trace));
    }

    /** Of those whose span belongs to a transaction's. */
    private List<String> statements() {
        Set<ByteString> transactions = of("transaction").map(Span::getSpanId).collect(Collectors.toSet());
        return spans.stream().filter(span -> transactions.contains(span.getParentSpanId()))
                .map(span -> attribute(span, "db.statement")).toList();
    }

    private static List<JsonNode> linesOf(SluiceProcess sluice, String... messages) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : sluice.log().split("\n")) {
            if (line.startsWith("{") && line.contains(CALLERS_TRACE) && Stream.of(messages).anyMatch(line::contains)) {
                lines.add(new ObjectMapper().readTree(line));
            }
        }
        return lines;
    }

    private static void post(String gateway, String id, String traceparent) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + "/v1/events"))
                .header("content-type", "application/json").timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString("{\"eventId\":\"" + id + "\",\"type\":\"t\",\"entityType\":\"e\","
                        + "\"entityId\":\"" + id + "\",\"sequence\":1,\"data\":{}}"));
        if (traceparent != null) {
            request.header("traceparent", traceparent);
        }
        assertThat(HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(202);
    }

    private static String get(String url, String accept) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).header("accept", accept)
                .timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private Stream<Span> of(String name) {
        return spans.stream().filter(span -> span.getName().equals(name));
    }

    private static String attribute(Span span, String key) {
        return span.getAttributesList().stream().filter(each -> each.getKey().equals(key))
                .map(each -> each.getValue().getStringValue()).findFirst().orElse("none");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private void onSpans(HttpExchange exchange) throws IOException {
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
        try (InputStream body = zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
            ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().forEach(resource ->
                    resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList())));
        }
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }
}
