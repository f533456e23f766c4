package dev.sluice.gateway;

import dev.sluice.config.InvalidSetting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Checks JWTs against the public keys of their issuer, which are read anew from time to time: a rotated key is taken
 * within that, and keys stay as they were while none can be read. Keys for shared secrets are left out, so that nobody
 * can sign with what is public. {@link #reload} blocks; {@link #clientOf} is for any thread.
 */
final class Tokens {

    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
    private static final Set<String> PUBLIC_KEY_TYPES = Set.of("RSA", "EC", "OKP");
    private static final Duration FETCH = Duration.ofSeconds(5);
    private static final int MAX_TOKEN = 8 << 10;

    private final Vertx vertx;
    private final JwtSettings settings;
    private volatile JWTAuth keys;
    private JsonObject known;
    private long readAt;

    /** @throws InvalidSetting when they are in a file that can't be read now; an address may answer later */
    Tokens(Vertx vertx, JwtSettings settings) {
        this.vertx = vertx;
        this.settings = settings;
        if (settings.isOn() && !settings.isAddress()) {
            try {
                take();
            } catch (IOException | RuntimeException e) {
                throw new InvalidSetting("gateway.security.jwt.jwks", settings.jwks(), "a readable JWK set: " + e.getMessage());
            }
        }
    }

    /** Reads the keys when it is time to. Blocks. */
    synchronized void reload() throws InterruptedException {
        if (!settings.isOn() || known != null && System.nanoTime() - readAt < settings.refresh().toNanos()) {
            return;
        }
        try {
            take();
        } catch (IOException | RuntimeException e) {
            LOG.error("keys stay as they were, they can't be read: jwks={} reason={}", settings.jwks(), e.toString());
        }
    }

    private synchronized void take() throws IOException {
        JsonObject set = new JsonObject(settings.isAddress() ? fetched() : Buffer.buffer(Files.readAllBytes(Path.of(settings.jwks()))));
        readAt = System.nanoTime();
        if (set.equals(known)) {
            return;
        }
        JWTAuthOptions options = new JWTAuthOptions().setJWTOptions(new JWTOptions().setIssuer(settings.issuer())
                .addAudience(settings.audience()).setLeeway((int) settings.leeway().toSeconds()));
        JsonArray all = set.getJsonArray("keys", new JsonArray());
        for (int i = 0; i < all.size(); i++) {
            JsonObject key = all.getJsonObject(i);
            if (PUBLIC_KEY_TYPES.contains(key.getString("kty", "")) && key.getString("use", "sig").equals("sig")) {
                options.addJwk(key);
            }
        }
        if (options.getJwks() == null || options.getJwks().isEmpty()) {
            throw new IOException("it has no public key to verify signatures with");
        }
        keys = JWTAuth.create(vertx, options);
        known = set;
        LOG.info("keys taken jwks={} keys={}", settings.jwks(), options.getJwks().size());
    }

    private Buffer fetched() throws IOException {
        try {
            HttpResponse<byte[]> answer = HttpClient.newBuilder().connectTimeout(FETCH).build().send(
                    HttpRequest.newBuilder(URI.create(settings.jwks())).timeout(FETCH).build(), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException("HTTP status " + answer.statusCode());
            }
            return Buffer.buffer(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The name that a valid token gives its client: signed by a known key, for us, not expired. A token must expire. */
    Optional<String> clientOf(String token) {
        JWTAuth checking = keys;
        if (checking == null || token.length() > MAX_TOKEN || token.chars().filter(c -> c == '.').count() != 2) {
            return Optional.empty();
        }
        Future<User> user = checking.authenticate(new TokenCredentials(token));
        if (!user.succeeded() || !user.result().attributes().containsKey("exp")) {
            return Optional.empty();
        }
        return Optional.ofNullable(user.result().principal().getValue(settings.claim()))
                .or(() -> Optional.ofNullable(user.result().<Object>get(settings.claim())))
                .map(Object::toString);
    }
}
