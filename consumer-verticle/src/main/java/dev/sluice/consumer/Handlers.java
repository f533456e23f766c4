package dev.sluice.consumer;

import dev.sluice.api.HandlerProvider;
import dev.sluice.api.HandlerProvider.Effect;
import dev.sluice.config.InvalidSetting;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The handlers on the class path, by name. */
final class Handlers {

    private final Map<String, HandlerProvider> byName = new TreeMap<>();

    Handlers() {
        for (HandlerProvider provider : ServiceLoader.load(HandlerProvider.class)) {
            HandlerProvider other = byName.putIfAbsent(provider.name(), provider);
            InvalidSetting.unless(other == null, "handler", provider.name(), "each name once on the class path; "
                    + provider.getClass().getName() + " takes that of " + other);
        }
    }

    HandlerProvider forSubscription(Subscription subscription) {
        HandlerProvider provider = byName.get(subscription.handler());
        InvalidSetting.unless(provider != null, "consumer.subscriptions[].handler", subscription.handler(),
                String.join(", ", byName.keySet()));
        InvalidSetting.unless(subscription.sequences() != SequenceMode.LATEST_WINS
                        || provider.traits().effect() == Effect.STATE, "consumer.subscriptions[].sequences", "latest-wins",
                "none: handler '" + provider.name() + "' counts each event, so an older one must not be skipped");
        return provider;
    }
}
