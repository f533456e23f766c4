package dev.sluice.testing.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.metrics.Meter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which metrics the queries of a file name. */
final class PromqlNames {

    /** Words of the language that stand where a metric could. */
    private static final Set<String> WORDS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right",
            "and", "or", "unless", "bool", "offset");

    private PromqlNames() {
    }

    /** Of every {@code expr} (rules, panels) and of the variables' queries, in YAML or JSON. */
    static Set<String> in(Path file) throws IOException {
        boolean json = file.toString().endsWith(".json");
        ObjectMapper reader = json ? new ObjectMapper() : new ObjectMapper(new YAMLFactory());
        JsonNode root = reader.readTree(file.toFile());
        return root.findValuesAsText("expr").stream().flatMap(query -> named(query).stream())
                .collect(Collectors.toSet());
    }

    /** Labels in braces and after "by", strings, durations, functions, and what grafana puts in are no names. */
    static List<String> named(String query) {
        String bare = query.replaceAll("\"[^\"]*\"", "").replaceAll("\\{[^}]*}", "").replaceAll("\\[[^]]*]", "")
                .replaceAll("\\b(by|without|on|ignoring)\\s*\\([^)]*\\)", "").replaceAll("\\$\\w+", "");
        return Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\w|\\s*\\()").matcher(bare).results()
                .map(found -> found.group()).filter(word -> !WORDS.contains(word)).toList();
    }

    static boolean exist(String name) {
        return name.matches("group:event_processing_seconds:.*|up|(jvm|vertx|process|system)_.*") || Arrays.stream(Meter.values())
                .anyMatch(meter -> meter.exposedName().equals(name.replaceAll("_(bucket|sum|count|max)$", ""))
                        && meter.kind() == Meter.Kind.HISTOGRAM || meter.exposedName().equals(name));
    }
}
