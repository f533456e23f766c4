package dev.sluice.engine.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.config.PostgresSettings;
import dev.sluice.engine.config.Configuration;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.operations.StatusReport;

import java.net.BindException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Where the parts of a node are, as its status tells it. */
final class NodeAddresses {

    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");
    private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "localhost", "::1");

    private final SluiceConfig config;
    private final JsonNode gateway;
    private final RunPlan plan;

    NodeAddresses(Configuration configuration, RunPlan plan) {
        this.config = configuration.settings();
        this.gateway = configuration.tree().path("gateway");
        this.plan = plan;
    }

    /** Null when this node runs no gateway. */
    String gateway() {
        return plan.of(VerticleKind.GATEWAY) == 0 ? null
                : address(gateway.path("security").path("certificate").asText("").isBlank() ? "http" : "https",
                        gateway.path("host").asText("127.0.0.1"), gateway.path("port").asInt(8080));
    }

    String operations(int port) {
        return address("http", config.operations().host(), port);
    }

    String redis() {
        return config.redis().uri().replaceAll("//[^@/]*@", "//");
    }

    String postgresWithoutPassword() {
        PostgresSettings postgres = config.postgres();
        return "postgresql://" + encoded(postgres.user()) + "@" + place(postgres);
    }

    /** With the password if the database is on this machine, so that {@code psql "$url"} connects. */
    String postgresForOwner() {
        PostgresSettings postgres = config.postgres();
        return THIS_MACHINE.contains(postgres.host())
                ? "postgresql://" + encoded(postgres.user()) + ":" + encoded(postgres.password()) + "@" + place(postgres)
                : postgresWithoutPassword();
    }

    List<StatusReport.Running> verticles() {
        return Arrays.stream(VerticleKind.values()).filter(kind -> plan.of(kind) > 0)
                .map(kind -> new StatusReport.Running(kind.component(), plan.of(kind))).toList();
    }

    /** What the failure of a deployment means; a port that is taken with the setting that names it. */
    String explain(VerticleKind kind, Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException && kind == VerticleKind.GATEWAY) {
                return "can't listen on " + gateway() + " (gateway.host, gateway.port): " + cause.getMessage();
            }
        }
        return Await.reason(error);
    }

    private static String address(String scheme, String host, int port) {
        return scheme + "://" + (EVERY_ADDRESS.contains(host) ? "127.0.0.1" : host) + ":" + port;
    }

    private static String place(PostgresSettings postgres) {
        return postgres.host() + ":" + postgres.port() + "/" + encoded(postgres.database());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
