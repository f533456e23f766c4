package dev.sluice.engine.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;

import java.util.Map;
import java.util.regex.Pattern;

/** Settings as YAML without what must not be seen: by the name of the key, and passwords within addresses. */
final class Secrets {

    private static final Pattern SECRET_KEY =
            Pattern.compile(".*(password|secret|token|credential|jaas|api-key|apikey|private-key|keystore\\.key).*", Pattern.CASE_INSENSITIVE);
    private static final String HIDDEN = "(hidden)";

    private Secrets() {
    }

    static String hide(ObjectNode settings) {
        ObjectNode visible = settings.deepCopy();
        hideIn(visible);
        try {
            return new ObjectMapper(YAMLFactory.builder().enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build()).writeValueAsString(visible);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static void hideIn(ObjectNode section) {
        for (Map.Entry<String, JsonNode> field : section.properties()) {
            JsonNode value = field.getValue();
            if (value instanceof ObjectNode below) {
                hideIn(below);
            } else if (value instanceof ArrayNode list) {
                list.forEach(element -> {
                    if (element instanceof ObjectNode below) {
                        hideIn(below);
                    }
                });
            } else if (SECRET_KEY.matcher(field.getKey()).matches() && !value.asText().isEmpty()) {
                field.setValue(section.textNode(HIDDEN));
            } else if (value.isTextual()) {
                field.setValue(section.textNode(value.asText().replaceAll("//[^@/]*@", "//" + HIDDEN + "@")));
            }
        }
    }
}
