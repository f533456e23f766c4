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
        List<String> path = path(key);
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

    /** Below a section that is free (empty in the reference, as kafka.properties), dots belong to the name. */
    private List<String> path(String key) {
        List<String> path = new ArrayList<>();
        JsonNode at = reference;
        String rest = key;
        for (int dot = rest.indexOf('.'); dot > 0 && !(at.isObject() && at.isEmpty()); dot = rest.indexOf('.')) {
            path.add(rest.substring(0, dot));
            at = at.path(rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        path.add(rest);
        return path;
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
