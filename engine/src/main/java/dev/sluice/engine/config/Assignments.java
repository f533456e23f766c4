package dev.sluice.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/** Single settings given as text, from environment variables and the command line, as a layer. */
final class Assignments {

    private final JsonNode reference;
    private final Layer layer = Layer.empty();

    /** @param reference tells which keys are lists or sections, and where keys are free */
    Assignments(JsonNode reference) {
        this.reference = reference;
    }

    /** @param place as errors name it */
    void assign(String key, String text, String place) {
        List<String> path = path(key, place);
        ObjectNode parent = layer.tree();
        for (String step : path.subList(0, path.size() - 1)) {
            parent = parent.get(step) instanceof ObjectNode below ? below : parent.putObject(step);
        }
        String full = String.join(".", path);
        layer.places().put(full, place);
        parent.set(path.get(path.size() - 1), value(path, text, place));
    }

    Layer layer() {
        return layer;
    }

    /**
     * Below a section that is free (empty in the reference, as kafka.properties, or with dots in its names, as
     * consumer.kafka) dots belong to the name. Double quotes keep a name together anywhere: {@code topics."a.b".partitions}.
     */
    private List<String> path(String key, String place) {
        List<String> path = new ArrayList<>();
        JsonNode at = reference;
        int from = 0;
        while (from <= key.length()) {
            boolean quoted = key.startsWith("\"", from);
            int begins = quoted ? from + 1 : from;
            int ends = quoted ? key.indexOf('"', begins) : isFree(at) ? key.length() : key.indexOf('.', begins);
            ends = ends < 0 && !quoted ? key.length() : ends;
            int next = quoted ? ends + 1 : ends;
            if (ends < 0 || next < key.length() && key.charAt(next) != '.') {
                throw new ConfigurationError(place + ": a name in double quotes ends with a quote, before a dot or the end");
            }
            path.add(key.substring(begins, ends));
            at = at.path(key.substring(begins, ends));
            from = next + 1;
        }
        return path;
    }

    private static boolean isFree(JsonNode section) {
        return section.isObject() && (section.isEmpty() || section.properties().stream().anyMatch(field -> field.getKey().contains(".")));
    }

    private JsonNode value(List<String> path, String text, String place) {
        JsonNode known = reference;
        for (String step : path) {
            known = known.path(step);
        }
        if (known.isArray() && !text.startsWith("[")) {
            ArrayNode list = layer.tree().arrayNode();
            for (String element : text.split(",")) {
                list.add(element.trim());
            }
            return list;
        }
        if (known.isContainerNode()) {
            return YamlLayer.read(place, "value: " + text).tree().get("value");
        }
        return layer.tree().textNode(text);
    }
}
