package dev.sluice.gateway;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** TLS, and clients that are known by their certificates. */
@ExtendWith(StackExtension.class)
class TlsTest {

    private static final String KEY = ApiKey.random();

    @TempDir
    private static Path folder;
    private static Certificates server;
    private static Certificates shop;
    private static RunningGateway oneWay;
    private static RunningGateway mutual;

    @BeforeAll
    static void start(Kafka kafka, Redis redis) throws Exception {
        RunningGateway.createTopics(kafka);
        server = new Certificates(folder, "server");
        shop = new Certificates(folder, "shop");
        Path clients = Files.writeString(folder.resolve("clients.yaml"), """
                - name: shop
                  topics: [events]
                - name: meter
                  keys: ["%s"]
                """.formatted(ApiKey.hash(KEY)));
        oneWay = gateway("one", clients, "", kafka, redis);
        mutual = gateway("two", clients, shop.certificate.toString(), kafka, redis);
    }

    private static RunningGateway gateway(String node, Path clients, String clientCa, Kafka kafka, Redis redis) throws Exception {
        GatewaySettings open = RunningGateway.SETTINGS;
        GatewaySettings.Security security = new GatewaySettings.Security(clients.toString(), server.certificate.toString(),
                server.key.toString(), clientCa, false, JwtSettings.OFF);
        return new RunningGateway(node, new GatewaySettings(open.host(), 0, open.topic(), open.maxDataSize(), open.maxBatchSize(),
                open.bodyTimeout(), open.idleTimeout(), open.drainTimeout(), open.throttleHold(), open.publishing(), open.window(),
                open.streams(), open.waiting(), open.breaker(), security, List.of()), kafka.bootstrapServers(), redis.uri(), 1);
    }

    @AfterAll
    static void stop() throws Exception {
        oneWay.close();
        mutual.close();
    }

    private static HttpResponse<String> post(RunningGateway to, SSLContext tls, String path, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + to.port + path))
                .timeout(Duration.ofSeconds(10)).header("content-type", MediaType.JSON)
                .POST(BodyPublishers.ofString("{\"type\":\"t\",\"eventId\":\"" + UUID.randomUUID() + "\",\"data\":1}"));
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build().send(
                (key == null ? request : request.header("authorization", "Bearer " + key)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void shouldServeTlsAndNothingElse() throws Exception {
        assertThat(post(oneWay, server.trustedBy(null), "/v1/events", KEY).statusCode()).isEqualTo(202);
        assertThat(post(oneWay, server.trustedBy(null), "/v1/events", null).statusCode()).isEqualTo(401);
        assertThatThrownBy(() -> post(oneWay, shop.trustedBy(null), "/v1/events", KEY)).as("who trusts another server")
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> oneWay.post(MediaType.JSON, "{\"type\":\"t\",\"data\":1}")).as("without TLS")
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldKnowAClientByItsCertificate() throws Exception {
        assertThat(post(mutual, server.trustedBy(shop), "/v1/events", null).statusCode()).isEqualTo(202);
        assertThat(post(mutual, server.trustedBy(shop), "/v1/topics/other/events", null).statusCode()).isEqualTo(403);
    }

    @Test
    void shouldRefuseACallerWithoutACertificateOfItsAuthority() throws Exception {
        Certificates impostor = new Certificates(Files.createDirectory(folder.resolve("impostor")), "shop");

        assertThatThrownBy(() -> post(mutual, server.trustedBy(null), "/v1/events", KEY)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> post(mutual, server.trustedBy(impostor), "/v1/events", null)).isInstanceOf(IOException.class);
    }
}
