package dev.sluice.consumer;

import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider.Effect;
import dev.sluice.api.PushHandler;
import dev.sluice.config.InvalidSetting;

import java.util.Map;

/**
 * One group's reading of one topic: what it does with the events, and in which order.
 *
 * @param handler  name of a {@link dev.sluice.api.HandlerProvider}
 * @param retries  whether a failed event holds back the later ones of its key; null: as {@link #retriesFor} says
 * @param start    of a group that has committed nothing
 * @param delivery what a crash may cost; null: as {@link #deliveryFor} says
 * @param pressure whether this group's distress slows producers down
 * @param settings the handler's own
 */
public record Subscription(String group, String topic, String handler, Ordering ordering, SequenceMode sequences,
                           Retries retries, Start start, Delivery delivery, Pressure pressure, Map<String, Object> settings) {

    /** What a failed event means to the later ones of its key. */
    public enum Retries {
        /** They wait behind it, durably, until it has an outcome. */
        PRESERVING,
        /** They overtake it. */
        RELAXED
    }

    /** Where a partition is read first. Whatever it is, it is committed before the first record runs. */
    public enum Start {
        EARLIEST,
        /** Behind all that is there when the group first has the partition. */
        LATEST
    }

    /** Whether a group's distress reaches the gateway. */
    public enum Pressure { COUNTS, IGNORED }

    public Subscription {
        InvalidSetting.requireText("consumer.subscriptions[].group", group, "the name of a consumer group");
        InvalidSetting.unless(!group.equals("gateway") && group.matches("[A-Za-z0-9._-]{1,200}"),
                "consumer.subscriptions[].group", group, "letters, digits, '.', '_' and '-', but not 'gateway'");
        InvalidSetting.requireText("consumer.subscriptions[].topic", topic, "the name of a declared topic");
        InvalidSetting.requireText("consumer.subscriptions[].handler", handler, "the name of a handler");
        ordering = ordering == null ? Ordering.KEY : ordering;
        InvalidSetting.unless(retries != Retries.PRESERVING || ordering != Ordering.UNORDERED,
                "consumer.subscriptions[].retries", "preserving", "relaxed, since its ordering is unordered");
        sequences = sequences == null ? SequenceMode.NONE : sequences;
        InvalidSetting.unless(sequences != SequenceMode.STRICT || retries != Retries.RELAXED,
                "consumer.subscriptions[].retries", "relaxed", "preserving, since its sequences are strict");
        InvalidSetting.unless(sequences != SequenceMode.STRICT || ordering != Ordering.UNORDERED,
                "consumer.subscriptions[].ordering", "unordered", "key or partition, since its sequences are strict");
        InvalidSetting.unless(delivery != Delivery.AT_MOST_ONCE || retries != Retries.PRESERVING,
                "consumer.subscriptions[].retries", "preserving", "relaxed, since its delivery is at-most-once");
        InvalidSetting.unless(delivery != Delivery.AT_MOST_ONCE || sequences != SequenceMode.STRICT,
                "consumer.subscriptions[].sequences", "strict", "none or latest-wins, since its delivery is at-most-once");
        start = start == null ? Start.EARLIEST : start;
        pressure = pressure == null ? Pressure.COUNTS : pressure;
        settings = settings == null ? Map.of() : Map.copyOf(settings);
    }

    /** Unless it is set: the most that the handler can have. */
    Delivery deliveryFor(Handler made) {
        boolean pushes = made instanceof PushHandler;
        InvalidSetting.unless(!pushes || delivery != Delivery.EXACTLY_ONCE, "consumer.subscriptions[].delivery", "exactly-once",
                "at-least-once or at-most-once: handler '" + handler + "' takes effect outside PostgreSQL");
        return delivery != null ? delivery : pushes ? Delivery.AT_LEAST_ONCE : Delivery.EXACTLY_ONCE;
    }

    /** Unless it is set: where each event counts, order does; a newer state makes an older one superfluous anyway. */
    Retries retriesFor(Effect effect) {
        if (delivery == Delivery.AT_MOST_ONCE) {
            return Retries.RELAXED;
        }
        if (retries != null || sequences == SequenceMode.STRICT) {
            return retries == null ? Retries.PRESERVING : retries;
        }
        return effect == Effect.LOG && ordering != Ordering.UNORDERED ? Retries.PRESERVING : Retries.RELAXED;
    }
}
