package dev.sluice.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings in effect: {@code conf/reference.yaml}, the profile, {@code conf/sluice.yaml}, environment variables, the
 * command line; later ones win.
 *
 * @param tree as merged, secrets included
 */
public record Configuration(ObjectNode tree, SluiceConfig settings) {

    private static final List<String> PROFILES = List.of("default", "latency", "throughput");
    private static final List<String> SECTIONS = List.of("node", "topics", "cluster", "operations", "kafka", "postgres",
            "redis", "gateway", "consumer", "dlq", "lag");

    /**
     * @param file        in place of {@code conf/sluice.yaml}
     * @param environment as the process has it
     * @param assignments {@code key=value}, from the command line
     * @throws ConfigurationError when something can't be read, is unknown or not allowed
     */
    public static Configuration load(Optional<Path> file, Map<String, String> environment, List<String> assignments) {
        Layer reference = YamlLayer.read("conf/reference.yaml", resource("reference.yaml"));
        SECTIONS.stream().filter(section -> !reference.tree().path(section).isObject())
                .forEach(section -> reference.tree().putObject(section));
        List<Layer> own = List.of(file.or(() -> find(environment)).map(Configuration::read).orElseGet(Layer::empty),
                Environment.read(environment, reference.tree()), commandLine(assignments, reference.tree()));
        Layer merged = reference.with(profile(reference.with(own))).with(own);
        completeTopics(merged.tree(), reference.tree().path("topics").path("events"));
        return new Configuration(merged.tree(), new Binder(merged).bind(SluiceConfig.class));
    }

    /** As YAML, for people to read: what could be a secret is hidden. */
    public String withoutSecrets() {
        return Secrets.hide(tree);
    }

    /** The defaults alone. */
    public static Configuration defaults() {
        return load(Optional.empty(), Map.of("SLUICE_CONFIG", ""), List.of());
    }

    private static Optional<Path> find(Map<String, String> environment) {
        String named = environment.get("SLUICE_CONFIG");
        if (named != null) {
            return Optional.of(named).filter(name -> !name.isBlank()).map(Path::of);
        }
        Path beside = Path.of("conf", "sluice.yaml");
        Path atHome = Path.of(environment.getOrDefault("SLUICE_HOME", ".")).resolve(beside);
        return List.of(beside, atHome).stream().filter(Files::isRegularFile).findFirst();
    }

    private static Layer read(Path file) {
        try {
            return YamlLayer.read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ConfigurationError(file + " can't be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static Layer commandLine(List<String> assignments, JsonNode reference) {
        Assignments settings = new Assignments(reference);
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                throw new ConfigurationError("--set " + assignment + ": expected key=value");
            }
            String key = assignment.substring(0, equals);
            settings.assign(key, assignment.substring(equals + 1), "--set " + key);
        }
        return settings.layer();
    }

    private static Layer profile(Layer all) {
        String name = all.tree().path("profile").asText("default");
        if (!PROFILES.contains(name)) {
            throw new ConfigurationError(all.places().getOrDefault("profile", "configuration") + ": profile: '" + name
                    + "' is not allowed; allowed: " + String.join(", ", PROFILES));
        }
        return YamlLayer.read("conf/profiles/" + name + ".yaml", resource("profiles/" + name + ".yaml"));
    }

    /** What a topic leaves out is as in the reference's own topic. */
    private static void completeTopics(ObjectNode settings, JsonNode standard) {
        settings.path("topics").forEach(topic -> {
            if (topic instanceof ObjectNode one) {
                standard.properties().forEach(field -> {
                    if (!one.has(field.getKey())) {
                        one.set(field.getKey(), field.getValue());
                    }
                });
            }
        });
    }

    private static String resource(String name) {
        try (InputStream in = Configuration.class.getResourceAsStream("/conf/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
