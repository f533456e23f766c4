package dev.sluice.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.config.InvalidSetting;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Who may publish what. */
@ExtendWith(StackExtension.class)
class SecurityTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SHOP_KEY = ApiKey.random();
    private static final String METER_KEY = ApiKey.random();

    @TempDir
    private static Path folder;
    private static Path clients;
    private static Issuer issuer;
    private static RunningGateway gateway;

    @BeforeAll
    static void start(Kafka kafka, Redis redis) throws Exception {
        RunningGateway.createTopics(kafka);
        issuer = new Issuer("one");
        Files.writeString(folder.resolve("jwks.json"), Issuer.keySet(issuer));
        clients = folder.resolve("clients.yaml");
        write(10, SHOP_KEY);
        GatewaySettings open = RunningGateway.SETTINGS;
        GatewaySettings closed = new GatewaySettings("127.0.0.1", 0, open.topic(), open.maxDataSize(), open.maxBatchSize(),
                open.bodyTimeout(), open.idleTimeout(), open.drainTimeout(), open.throttleHold(), open.publishing(), open.window(),
                open.streams(), open.waiting(), open.breaker(), new GatewaySettings.Security(clients.toString(), "", "", "", false,
                new JwtSettings(folder.resolve("jwks.json").toString(), "https://issuer", "sluice", "sub", Duration.ofSeconds(30),
                        Duration.ofSeconds(1))), List.of());
        gateway = new RunningGateway("one", closed, kafka.bootstrapServers(), redis.uri(), 1);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    /** Each time with another time of change, whatever the clock of the file system. */
    private static void write(long second, String... shopKeys) throws IOException {
        Files.writeString(clients, """
                - name: shop
                  keys: [%s]
                  topics: [events]
                  sources: [/shop]
                - name: meter
                  keys: ["%s"]
                  events-per-second: 5
                """.formatted(Arrays.stream(shopKeys).map(key -> '"' + ApiKey.hash(key) + '"').collect(Collectors.joining(", ")),
                ApiKey.hash(METER_KEY)));
        Files.setLastModifiedTime(clients, FileTime.from(Instant.ofEpochSecond(second)));
    }

    private static HttpResponse<String> post(String path, String key, String source) throws Exception {
        String event = """
                {"specversion":"1.0","id":"%s","source":"%s","type":"t","data":1}""".formatted(UUID.randomUUID(), source);
        var request = gateway.request(path).header("content-type", MediaType.CLOUDEVENT).POST(BodyPublishers.ofString(event));
        return gateway.send((key == null ? request : request.header("authorization", "Bearer " + key)).build());
    }

    private static String code(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body()).path("code").asText();
    }

    @Test
    void shouldKnowItsClientsByTheirKeys() throws Exception {
        HttpResponse<String> nobody = post("/v1/events", null, "/shop");
        HttpResponse<String> stranger = post("/v1/events", ApiKey.random(), "/shop");

        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.headers().firstValue("www-authenticate")).contains("Bearer");
        assertThat(code(stranger)).isEqualTo("UNAUTHENTICATED");
        assertThat(stranger.body()).doesNotContain(SHOP_KEY);
        assertThat(post("/v1/events", METER_KEY, "/anything").statusCode()).isEqualTo(202);
    }

    @Test
    void shouldHoldAClientToItsTopicsAndSources() throws Exception {
        HttpResponse<String> topic = post("/v1/topics/other/events", SHOP_KEY, "/shop");
        HttpResponse<String> source = post("/v1/events", SHOP_KEY, "/somebody-else");

        assertThat(topic.statusCode()).isEqualTo(403);
        assertThat(code(topic)).isEqualTo("TOPIC_FORBIDDEN");
        assertThat(source.statusCode()).isEqualTo(403);
        assertThat(code(source)).isEqualTo("SOURCE_FORBIDDEN");
        assertThat(post("/v1/events", SHOP_KEY, "/shop").statusCode()).isEqualTo(202);
    }

    @Test
    void shouldKnowItsClientsByTheirTokens() throws Exception {
        assertThat(post("/v1/events", issuer.token(Issuer.claims("shop")), "/shop").statusCode()).isEqualTo(202);
        assertThat(post("/v1/topics/other/events", issuer.token(Issuer.claims("shop")), "/shop").statusCode()).isEqualTo(403);
        assertThat(post("/v1/events", issuer.token(Issuer.claims("nobody")), "/shop").statusCode()).isEqualTo(401);
        assertThat(post("/v1/events", issuer.unsigned(Issuer.claims("shop")), "/shop").statusCode()).isEqualTo(401);
    }

    @Test
    void shouldHoldAClientToItsQuota() throws Exception {
        await().atMost(Duration.ofSeconds(5)).until(() -> post("/v1/events", METER_KEY, "/m").statusCode() == 202);
        HttpResponse<String> refused = null;
        for (int i = 0; i < 30 && refused == null; i++) {
            HttpResponse<String> answer = post("/v1/events", METER_KEY, "/m");
            refused = answer.statusCode() == 202 ? null : answer;
        }

        assertThat(refused).as("one of thirty at once, at five a second").isNotNull();
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(code(refused)).isEqualTo("QUOTA_EXCEEDED");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(post("/v1/events", SHOP_KEY, "/shop").statusCode()).isEqualTo(202);
    }

    @Test
    void shouldTakeANewKeyWithoutARestartAndSurviveABrokenFile() throws Exception {
        String next = ApiKey.random();
        write(20, SHOP_KEY, next);
        await().atMost(Duration.ofSeconds(20)).until(() -> post("/v1/events", next, "/shop").statusCode() == 202);
        assertThat(post("/v1/events", SHOP_KEY, "/shop").statusCode()).as("both, while clients change over").isEqualTo(202);
        write(30, next);
        await().atMost(Duration.ofSeconds(20)).until(() -> post("/v1/events", SHOP_KEY, "/shop").statusCode() == 401);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Clients.class);
        logger.addAppender(log);
        Files.writeString(clients, "- name: [");
        await().atMost(Duration.ofSeconds(20)).until(() -> log.list.stream()
                .anyMatch(line -> line.getLevel() == Level.ERROR && line.getFormattedMessage().contains(clients.toString())));
        logger.detachAppender(log);
        assertThat(post("/v1/events", next, "/shop").statusCode()).isEqualTo(202);
        write(40, SHOP_KEY);
        await().atMost(Duration.ofSeconds(20)).until(() -> post("/v1/events", SHOP_KEY, "/shop").statusCode() == 202);
    }

    @Test
    void shouldTellNobodyASecret() throws Exception {
        String stranger = ApiKey.random();
        String token = issuer.token(Issuer.claims("shop"));
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.sluice");
        Level usual = logger.getLevel();
        logger.setLevel(Level.TRACE);
        logger.addAppender(log);
        StringBuilder told = new StringBuilder();
        try {
            for (String secret : List.of(SHOP_KEY, stranger, token, token + "x")) {
                for (String source : List.of("/shop", "/somebody-else", " ")) {
                    HttpResponse<String> answer = post("/v1/events", secret, source);
                    told.append(answer.headers().map()).append(answer.body());
                }
            }
        } finally {
            logger.detachAppender(log);
            logger.setLevel(usual);
        }
        log.list.forEach(line -> told.append(line.getFormattedMessage()).append(line.getThrowableProxy() == null ? "" : line.getThrowableProxy().getMessage()));

        assertThat(told).contains("UNAUTHENTICATED").contains("SOURCE_FORBIDDEN")
                .doesNotContain(SHOP_KEY, ApiKey.hash(SHOP_KEY), stranger, token);
    }

    @Test
    void shouldNotListenToTheWorldUnsecured() {
        GatewaySettings open = RunningGateway.SETTINGS;

        assertThatThrownBy(() -> new GatewaySettings("0.0.0.0", 8080, open.topic(), open.maxDataSize(), open.maxBatchSize(),
                open.bodyTimeout(), open.idleTimeout(), open.drainTimeout(), open.throttleHold(), open.publishing(), open.window(),
                open.streams(), open.waiting(), open.breaker(), open.security(), List.of()))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("gateway.host").hasMessageContaining("allow-unsecured");
        assertThatThrownBy(() -> new Clients(folder.resolve("missing").toString(), null))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("gateway.security.clients-file");
    }
}
