package dev.sluice.engine.config;

import dev.sluice.config.InvalidSetting;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.config.RedisSettings;
import dev.sluice.consumer.ConsumerSettings;
import dev.sluice.dlq.DlqSettings;
import dev.sluice.engine.alerts.AlertSettings;
import dev.sluice.engine.tracing.TracingSettings;
import dev.sluice.event.Topics;
import dev.sluice.gateway.GatewaySettings;
import dev.sluice.lag.LagSettings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every setting of a node. @param topics declared topics by name; no other topic is ever written to */
public record SluiceConfig(String profile, NodeSettings node, Map<String, TopicSettings> topics, ClusterSettings cluster,
                           OperationsSettings operations, KafkaSettings kafka, PostgresSettings postgres,
                           RedisSettings redis, GatewaySettings gateway, ConsumerSettings consumer, DlqSettings dlq,
                           LagSettings lag, AlertSettings alerts, TracingSettings tracing) {

    public SluiceConfig {
        topics = new LinkedHashMap<>(topics);
        InvalidSetting.unless(!topics.isEmpty(), "topics", "{}", "at least one topic");
        for (String topic : topics.keySet()) {
            boolean free = topic.matches("[A-Za-z0-9._-]{1,240}") && !Topics.isRetry(topic) && !topic.startsWith("__")
                    && !topic.equals(Topics.DLQ_ERRORS) && !topic.equals(Topics.DLQ_POISON);
            InvalidSetting.unless(free, "topics", topic,
                    "letters, digits, '.', '_' and '-', no name that ends in .retry or is a dead-letter topic's");
            Duration retention = topics.get(topic).retention();
            InvalidSetting.unless(retention.compareTo(consumer.inboxHorizon()) < 0, "topics." + topic + ".retention", retention,
                    "less than consumer.inbox-horizon (" + consumer.inboxHorizon() + "), or a repeat could have a second effect");
        }
    }

    /** Unique in the deployment and the same at each start: as set, else of this machine and this node's port. */
    public String nodeName() {
        return node.name().isBlank() ? NodeSettings.hostName() + "-" + operations.port() : node.name();
    }
}
