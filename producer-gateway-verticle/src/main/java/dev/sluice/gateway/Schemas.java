package dev.sluice.gateway;

import dev.sluice.config.InvalidSetting;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The JSON Schemas of topics and types. The constructor reads files; {@link #faultOf} is for one context. */
final class Schemas {

    /** Validators by topic, then type; the empty type stands for all others. */
    private final Map<String, Map<String, Validator>> validators = new HashMap<>();

    /** @throws InvalidSetting when a schema can't be read or understood */
    Schemas(List<SchemaRule> rules) {
        for (SchemaRule rule : rules) {
            boolean first = validators.computeIfAbsent(rule.topic(), topic -> new HashMap<>())
                    .put(rule.type(), validator(rule.file())) == null;
            InvalidSetting.unless(first, "gateway.schemas", rule.topic() + ' ' + rule.type(), "one schema for each topic and type");
        }
    }

    private static Validator validator(String file) {
        try {
            JsonSchema schema = JsonSchema.of(new JsonObject(Buffer.buffer(Files.readAllBytes(Path.of(file)))));
            Object named = schema.get("$schema");
            Validator validator = Validator.create(schema, new JsonSchemaOptions().setBaseUri("urn:sluice:schema")
                    .setDraft(named instanceof String uri ? Draft.fromIdentifier(uri) : Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic));
            validator.validate(new JsonObject());
            return validator;
        } catch (IOException | RuntimeException e) {
            throw new InvalidSetting("gateway.schemas.file", file, "a readable JSON Schema: " + e.getMessage());
        }
    }

    /** @return what is wrong with the event's data, or null */
    Problem faultOf(String topic, IncomingEvent event) {
        Map<String, Validator> ofTopic = validators.get(topic);
        if (ofTopic == null) {
            return null;
        }
        Validator validator = ofTopic.getOrDefault(event.attributes().get("type"), ofTopic.get(""));
        if (validator == null) {
            return null;
        }
        if (event.data() == null || !MediaType.isJson(event.contentType())) {
            return new Problem.SchemaViolated("", "data must be JSON");
        }
        OutputUnit result = validator.validate(Json.decodeValue(Buffer.buffer(event.data())));
        return result.getValid() ? null : violation(result);
    }

    /** The fault that lies deepest: those above it only say that something below them is wrong. */
    private static Problem violation(OutputUnit result) {
        return result.getErrors().stream().max(Comparator.comparingInt(error -> error.getInstanceLocation().length()))
                .map(error -> new Problem.SchemaViolated(error.getInstanceLocation().substring(1), error.getError()))
                .orElseGet(() -> new Problem.SchemaViolated("", "data does not match its schema"));
    }
}
