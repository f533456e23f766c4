package dev.sluice.gateway;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.config.InvalidSetting;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The clients of a file, by API key, or by the name in their token or certificate. A changed file is taken within seconds; one that
 * can't be read leaves the clients as they were and is named in the log. {@link #reload} blocks; the rest is for one context.
 */
final class Clients {

    private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
    private static final String BEARER = "bearer ";
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,]+)");
    private static final YAMLMapper YAML = YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE).build();

    private record Known(Map<String, Client> byKey, Map<String, Client> byName, FileTime modified) {
    }

    /** Null: nobody is told apart. */
    private final Path file;
    private final Tokens tokens;
    private volatile Known known;

    /** @throws InvalidSetting when the file can't be read now */
    Clients(String file, Tokens tokens) {
        this.tokens = tokens;
        this.file = file.isBlank() ? null : Path.of(file);
        if (this.file != null) {
            try {
                known = read();
            } catch (IOException | IllegalArgumentException e) {
                throw new InvalidSetting("gateway.security.clients-file", file, "a readable list of clients: " + firstLine(e));
            }
        }
    }

    /** Takes the file if it has changed. Blocks. */
    void reload() {
        try {
            if (file != null && !Files.getLastModifiedTime(file).equals(known.modified)) {
                known = read();
                LOG.info("clients taken anew file={} clients={}", file, known.byName.size());
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("clients stay as they were, the file can't be read: file={} reason={}", file, firstLine(e));
        }
    }

    private Known read() throws IOException {
        FileTime modified = Files.getLastModifiedTime(file);
        Map<String, Client> byKey = new HashMap<>();
        Map<String, Client> byName = new HashMap<>();
        for (Client client : YAML.readValue(Files.readAllBytes(file), Client[].class)) {
            InvalidSetting.unless(byName.put(client.name(), client) == null, "name", client.name(), "each name once");
            for (String key : client.keys()) {
                InvalidSetting.unless(byKey.put(key, client) == null, "keys", "(of " + client.name() + ")", "each key once");
            }
        }
        return new Known(byKey, byName, modified);
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Empty: the caller is not known. */
    Optional<Client> of(HttpServerRequest request) {
        if (file == null) {
            return Optional.of(Client.ANONYMOUS);
        }
        String authorization = request.getHeader("authorization");
        String key = authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).trim() : request.getHeader("x-api-key");
        return key != null ? ofKey(key) : ofCertificate(request.sslSession());
    }

    private Optional<Client> ofKey(String key) {
        Known now = known;
        return Optional.ofNullable(now.byKey.get(ApiKey.hash(key))).or(() -> tokens.clientOf(key).map(now.byName::get));
    }

    private Optional<Client> ofCertificate(SSLSession session) {
        try {
            if (session == null || !(session.getPeerPrincipal() instanceof X500Principal principal)) {
                return Optional.empty();
            }
            Matcher name = COMMON_NAME.matcher(principal.getName());
            return name.find() ? Optional.ofNullable(known.byName.get(name.group(1))) : Optional.empty();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }
}
