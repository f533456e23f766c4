package dev.sluice.engine;

import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which dead letters are meant. */
final class LetterOptions {

    /** Names of query parameters that are called otherwise in a filter. */
    static final Map<String, String> FIELDS = Map.of("type", "eventType", "class", "errorType");

    @Option(names = "--topic", description = "the original topic")
    private String topic;
    @Option(names = "--type", description = "the event's type")
    private String type;
    @Option(names = "--class", description = "TRANSIENT, PERMANENT, POISON, EXPIRED or BLOCKED_BY")
    private String errorType;
    @Option(names = "--text", description = "a part of the error message")
    private String text;
    @Option(names = "--entity", description = "type:id")
    private String entity;
    @Option(names = "--group", description = "the group that failed")
    private String group;
    @Option(names = "--from", description = "failed at or after, such as 2026-01-31T08:00:00Z")
    private String from;
    @Option(names = "--to", description = "failed before")
    private String to;
    @Option(names = "--state", description = "open, replayed or discarded")
    private String state;

    boolean isEmpty() {
        return values().isEmpty();
    }

    /** By query parameter; only what was given. */
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        put(values, "topic", topic);
        put(values, "type", type);
        put(values, "class", errorType);
        put(values, "text", text);
        put(values, "entity", entity);
        put(values, "group", group);
        put(values, "from", from);
        put(values, "to", to);
        put(values, "state", state);
        return values;
    }

    private static void put(Map<String, String> values, String name, String value) {
        if (value != null) {
            values.put(name, value);
        }
    }
}
