package dev.sluice.gateway;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.config.InvalidSetting;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class TokensTest {

    private static final byte[] SECRET = "a secret of two parties, 32 bytes long".getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx = Vertx.vertx();
    @TempDir
    private Path folder;
    private Path file;
    private Issuer issuer;
    private Tokens tokens;

    @BeforeEach
    void read() throws Exception {
        issuer = new Issuer("one");
        file = Files.writeString(folder.resolve("jwks.json"), Issuer.keySet(issuer));
        tokens = new Tokens(vertx, settings(file.toString()));
    }

    @AfterEach
    void close() {
        vertx.close();
    }

    private static JwtSettings settings(String jwks) {
        return new JwtSettings(jwks, "https://issuer", "sluice", "sub", Duration.ofSeconds(30), Duration.ofSeconds(1));
    }

    private static long in(long seconds) {
        return System.currentTimeMillis() / 1000 + seconds;
    }

    @Test
    void shouldKnowAClientByItsToken() throws Exception {
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop")))).contains("shop");
    }

    @Test
    void shouldRefuseTokensThatAreNotForUs() throws Exception {
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop").put("iss", "https://other")))).isEmpty();
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop").put("aud", "other")))).isEmpty();
        JsonObject noAudience = Issuer.claims("shop");
        noAudience.remove("aud");
        assertThat(tokens.clientOf(issuer.token(noAudience))).isEmpty();
        assertThat(tokens.clientOf(new Issuer("one").token(Issuer.claims("shop")))).as("signed by a stranger").isEmpty();
    }

    @Test
    void shouldAllowForClocksThatDifferButNotForMore() throws Exception {
        JsonObject forEver = Issuer.claims("shop");
        forEver.remove("exp");

        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop").put("exp", in(-10))))).contains("shop");
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop").put("exp", in(-60))))).isEmpty();
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop").put("nbf", in(10))))).contains("shop");
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop").put("nbf", in(60))))).isEmpty();
        assertThat(tokens.clientOf(issuer.token(forEver))).isEmpty();
    }

    @Test
    void shouldRefuseTokensThatAnybodyCouldMake() throws Exception {
        JsonObject secret = new JsonObject().put("kty", "oct").put("kid", "one").put("alg", "HS256").put("k", Issuer.text(SECRET));
        Path mixed = Files.writeString(folder.resolve("mixed.json"),
                new JsonObject().put("keys", new JsonArray().add(secret).add(issuer.jwk())).encode());
        Tokens withSecret = new Tokens(vertx, settings(mixed.toString()));
        String good = issuer.token(Issuer.claims("shop"));
        String tampered = good.substring(0, good.indexOf('.') + 1)
                + Issuer.text(Issuer.claims("admin").encode().getBytes(StandardCharsets.UTF_8)) + good.substring(good.lastIndexOf('.'));

        assertThat(tokens.clientOf(issuer.unsigned(Issuer.claims("shop")))).isEmpty();
        assertThat(tokens.clientOf(issuer.signedWithSecret(Issuer.claims("shop"), issuer.publicKey()))).isEmpty();
        assertThat(withSecret.clientOf(issuer.signedWithSecret(Issuer.claims("shop"), SECRET))).isEmpty();
        assertThat(withSecret.clientOf(good)).contains("shop");
        assertThat(tokens.clientOf(tampered)).isEmpty();
        assertThat(tokens.clientOf("a.b.c")).isEmpty();
        assertThat(tokens.clientOf("..")).isEmpty();
    }

    @Test
    void shouldTakeARotatedKeyAndKeepTheKeysWhileTheFileIsBroken() throws Exception {
        Issuer next = new Issuer("two");
        Files.writeString(file, Issuer.keySet(next));
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            tokens.reload();
            return tokens.clientOf(next.token(Issuer.claims("shop"))).isPresent();
        });
        assertThat(tokens.clientOf(issuer.token(Issuer.claims("shop")))).as("the key that was taken back").isEmpty();
        Files.writeString(file, "{");
        long broken = System.nanoTime();
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            tokens.reload();
            return System.nanoTime() - broken > 1_500_000_000L;
        });
        assertThat(tokens.clientOf(next.token(Issuer.claims("shop")))).contains("shop");
    }

    @Test
    void shouldReadTheKeysFromAnAddressOnceItAnswersAndThoseThatFollowThem() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        AtomicReference<String> keys = new AtomicReference<>();
        server.createContext("/jwks", exchange -> {
            boolean up = keys.get() != null;
            byte[] body = (up ? keys.get() : "away").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(up ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            Tokens remote = new Tokens(vertx, settings("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks"));
            remote.reload();
            assertThat(remote.clientOf(issuer.token(Issuer.claims("shop")))).isEmpty();
            keys.set(Issuer.keySet(issuer));
            remote.reload();
            assertThat(remote.clientOf(issuer.token(Issuer.claims("shop")))).contains("shop");

            Issuer next = new Issuer("two");
            keys.set(Issuer.keySet(next));
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                remote.reload();
                return remote.clientOf(next.token(Issuer.claims("shop"))).isPresent();
            });
            assertThat(remote.clientOf(issuer.token(Issuer.claims("shop")))).as("the key that was taken back").isEmpty();
            keys.set(null);
            remote.reload();
            assertThat(remote.clientOf(next.token(Issuer.claims("shop")))).as("while nobody answers").contains("shop");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithItsSettings() {
        assertThatThrownBy(() -> new Tokens(vertx, settings(folder.resolve("missing").toString())))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("gateway.security.jwt.jwks");
        assertThatThrownBy(() -> new JwtSettings("keys.json", "https://issuer", "", "sub", Duration.ZERO, Duration.ofMinutes(1)))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("audience");
        assertThatThrownBy(() -> new GatewaySettings.Security("", "", "", "", false, settings("keys.json")))
                .isInstanceOf(InvalidSetting.class).hasMessageContaining("clients-file");
    }
}
