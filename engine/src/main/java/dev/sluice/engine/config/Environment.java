package dev.sluice.engine.config;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Environment variables as settings: SLUICE_ and the key in capitals, with _ for . and -. With _FILE behind it, the
 * variable names a file that holds the value (a secret, as a rule).
 */
final class Environment {

    private static final String PREFIX = "SLUICE_";
    private static final String IN_FILE = "_FILE";
    /** What the start script and the embedded default read; no settings of the engine. */
    private static final Set<String> RESERVED =
            Set.of("SLUICE_HOME", "SLUICE_DATA", "SLUICE_JAVA_OPTS", "SLUICE_CLASSPATH", "SLUICE_CONFIG", "SLUICE_API_KEY");
    private static final String RESERVED_PREFIX = "SLUICE_STACK_";

    private Environment() {
    }

    static Layer read(Map<String, String> environment, JsonNode reference) {
        Map<String, String> keys = new TreeMap<>();
        collect(reference, "", keys);
        Assignments settings = new Assignments(reference);
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (!variable.startsWith(PREFIX) || RESERVED.contains(variable) || variable.startsWith(RESERVED_PREFIX)) {
                return;
            }
            String place = "environment variable " + variable;
            String inFile = variable.endsWith(IN_FILE)
                    ? keys.get(variable.substring(0, variable.length() - IN_FILE.length())) : null;
            if (keys.containsKey(variable)) {
                settings.assign(keys.get(variable), value, place);
            } else if (inFile != null) {
                settings.assign(inFile, contentOf(value, place), place);
            } else {
                throw new ConfigurationError(place + ": no setting has this name"
                        + DidYouMean.hint(variable, keys.keySet()));
            }
        });
        return settings.layer();
    }

    static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static void collect(JsonNode node, String path, Map<String, String> keys) {
        node.properties().forEach(field -> {
            String key = Layer.child(path, field.getKey());
            keys.put(variable(key), key);
            collect(field.getValue(), key, keys);
        });
    }

    private static String contentOf(String file, String place) {
        try {
            return Files.readString(Path.of(file)).stripTrailing();
        } catch (IOException e) {
            throw new ConfigurationError(place + ": the file '" + file + "' can't be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
