package dev.sluice.consumer;

import dev.sluice.config.InvalidSetting;

import java.util.Map;

/**
 * One group's reading of one topic: what it does with the events, and in which order.
 *
 * @param handler  name of a {@link dev.sluice.api.HandlerProvider}
 * @param pressure whether this group's distress slows producers down
 * @param settings the handler's own
 */
public record Subscription(String group, String topic, String handler, Ordering ordering, SequenceMode sequences,
                           Pressure pressure, Map<String, Object> settings) {

    /** Whether a group's distress reaches the gateway. */
    public enum Pressure { COUNTS, IGNORED }

    public Subscription {
        InvalidSetting.requireText("consumer.subscriptions[].group", group, "the name of a consumer group");
        InvalidSetting.unless(!group.equals("gateway") && group.matches("[A-Za-z0-9._-]{1,200}"),
                "consumer.subscriptions[].group", group, "letters, digits, '.', '_' and '-', but not 'gateway'");
        InvalidSetting.requireText("consumer.subscriptions[].topic", topic, "the name of a declared topic");
        InvalidSetting.requireText("consumer.subscriptions[].handler", handler, "the name of a handler");
        ordering = ordering == null ? Ordering.KEY : ordering;
        sequences = sequences == null ? SequenceMode.NONE : sequences;
        pressure = pressure == null ? Pressure.COUNTS : pressure;
        settings = settings == null ? Map.of() : Map.copyOf(settings);
    }
}
