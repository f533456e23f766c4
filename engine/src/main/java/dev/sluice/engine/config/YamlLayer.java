package dev.sluice.engine.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads YAML strictly: no key twice, one document, no aliases; and remembers each key's line. */
final class YamlLayer {

    private static final YAMLFactory YAML =
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL).build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String source;
    private final Map<String, String> places = new HashMap<>();

    private YamlLayer(String source) {
        this.source = source;
    }

    /** @param source as errors name it */
    static Layer read(String source, String text) {
        return new YamlLayer(source).read(text);
    }

    private Layer read(String text) {
        try (YAMLParser yaml = YAML.createParser(text)) {
            JsonToken first = yaml.nextToken();
            if (first == null || first == JsonToken.VALUE_NULL) {
                return Layer.empty();
            }
            if (first != JsonToken.START_OBJECT) {
                throw error(1, "expected keys with values, such as 'operations:'");
            }
            ObjectNode tree = object(yaml, "");
            if (yaml.nextToken() != null) {
                throw error(line(yaml), "a second document begins; allowed: one");
            }
            return new Layer(tree, places);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw error(line, e.getOriginalMessage().lines().findFirst().orElse("no YAML")
                    .replaceFirst("^Duplicate field (.*)$", "the key $1 stands here a second time"));
        } catch (IOException e) {
            throw new ConfigurationError(source + " can't be read: " + e.getMessage());
        }
    }

    private ObjectNode object(YAMLParser yaml, String path) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String key = Layer.child(path, yaml.currentName());
            places.put(key, source + ", line " + line(yaml));
            String name = yaml.currentName();
            yaml.nextToken();
            object.set(name, value(yaml, key));
        }
        return object;
    }

    private ArrayNode array(YAMLParser yaml, String path) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            String key = path + '[' + array.size() + ']';
            places.put(key, source + ", line " + line(yaml));
            array.add(value(yaml, key));
        }
        return array;
    }

    private JsonNode value(YAMLParser yaml, String path) throws IOException {
        if (yaml.isCurrentAlias()) {
            throw error(line(yaml), path + ": aliases (*name) are not supported; write the value");
        }
        return switch (yaml.currentToken()) {
            case START_OBJECT -> object(yaml, path);
            case START_ARRAY -> array(yaml, path);
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(yaml.getBooleanValue());
            case VALUE_NUMBER_INT -> number(yaml.getText(), yaml.getNumberValue().longValue());
            case VALUE_NUMBER_FLOAT -> number(yaml.getText(), yaml.getDoubleValue());
            default -> NODES.textNode(yaml.getText());
        };
    }

    /** A number whose text says more than its value stays text: a password 0123, a version 1.10. */
    private static JsonNode number(String text, long value) {
        return !text.equals(Long.toString(value)) ? NODES.textNode(text)
                : value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    private static JsonNode number(String text, double value) {
        return text.equals(Double.toString(value)) ? NODES.numberNode(value) : NODES.textNode(text);
    }

    private static int line(JsonParser yaml) {
        return yaml.currentTokenLocation().getLineNr();
    }

    private ConfigurationError error(int line, String what) {
        return new ConfigurationError(source + ", line " + line + ": " + what);
    }
}
