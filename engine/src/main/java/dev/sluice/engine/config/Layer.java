package dev.sluice.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Settings from one source, and where in it each stands.
 *
 * @param places by the key's full path, such as {@code consumer.subscriptions[1].group}: "conf/sluice.yaml, line 12"
 */
record Layer(ObjectNode tree, Map<String, String> places) {

    /** An entry of this map, and no other key, is taken away by an empty value. */
    private static final Pattern REMOVABLE = Pattern.compile("topics\\.[^.]+");

    static Layer empty() {
        return new Layer(JsonNodeFactory.instance.objectNode(), new HashMap<>());
    }

    static String child(String path, String key) {
        return path.isEmpty() ? key : path + '.' + key;
    }

    /** This layer with another on top: objects are merged key by key, everything else (lists too) is replaced. */
    Layer with(Layer above) {
        ObjectNode merged = tree.deepCopy();
        merge(merged, above.tree, "", above);
        Map<String, String> allPlaces = new HashMap<>(places);
        allPlaces.putAll(above.places);
        return new Layer(merged, allPlaces);
    }

    Layer with(List<Layer> above) {
        Layer all = this;
        for (Layer next : above) {
            all = all.with(next);
        }
        return all;
    }

    private static void merge(ObjectNode below, ObjectNode above, String path, Layer layer) {
        for (Map.Entry<String, JsonNode> field : above.properties()) {
            String key = child(path, field.getKey());
            JsonNode old = below.get(field.getKey());
            if (field.getValue().isNull()) {
                remove(below, field.getKey(), key, layer);
            } else if (old instanceof ObjectNode oldObject && field.getValue() instanceof ObjectNode newObject) {
                merge(oldObject, newObject, key, layer);
            } else {
                below.set(field.getKey(), field.getValue().deepCopy());
            }
        }
    }

    private static void remove(ObjectNode below, String name, String key, Layer layer) {
        if (REMOVABLE.matcher(key).matches()) {
            below.remove(name);
        } else if (!(below.get(name) instanceof ObjectNode)) {
            throw new ConfigurationError(layer.places.getOrDefault(key, "configuration") + ": " + key + " has no value");
        }
    }
}
