package dev.sluice.gateway;

import dev.sluice.config.InvalidSetting;

/**
 * What {@code data} must look like.
 *
 * @param topic of the events
 * @param type  of the events; empty: every type of the topic that has no rule of its own
 * @param file  with a JSON Schema, draft 2020-12 unless it names another
 */
public record SchemaRule(String topic, String type, String file) {

    public SchemaRule {
        InvalidSetting.requireText("gateway.schemas.topic", topic, "a declared topic");
        InvalidSetting.requireText("gateway.schemas.file", file, "a file with a JSON Schema");
        type = type == null ? "" : type;
    }
}
