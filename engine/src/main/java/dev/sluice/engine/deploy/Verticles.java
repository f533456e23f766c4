package dev.sluice.engine.deploy;

import dev.sluice.bus.Node;
import dev.sluice.consumer.ConsumerSettings.Membership;
import dev.sluice.consumer.ConsumerVerticle;
import dev.sluice.consumer.Subscription;
import dev.sluice.dlq.DlqRouterVerticle;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.failure.FailureRules;
import dev.sluice.gateway.ProducerGatewayVerticle;
import dev.sluice.lag.LagMonitorVerticle;
import io.vertx.core.Deployable;

import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Makes the verticles of a node from its settings. */
final class Verticles {

    private final SluiceConfig config;
    private final Node node;
    private final BooleanSupplier stopping;

    /** @param stopping the process is; what is undeployed otherwise is gone for good, and leaves its groups */
    Verticles(SluiceConfig config, Node node, BooleanSupplier stopping) {
        this.config = config;
        this.node = node;
        this.stopping = stopping;
    }

    /** @param index from 0, unique among the node's instances of its kind and the same at each start */
    Deployable create(VerticleKind kind, int index) {
        return switch (kind) {
            case DLQ_ROUTER -> new DlqRouterVerticle(config.dlq(), config.kafka(), config.postgres(), node);
            case LAG_MONITOR -> new LagMonitorVerticle(config.lag(), topicsByGroup(), config.kafka(), config.postgres(), node);
            case GATEWAY -> new ProducerGatewayVerticle(config.gateway(), config.topics().keySet(), config.kafka(),
                    config.redis(), node);
            case CONSUMER -> new ConsumerVerticle(config.consumer(), index, failureRules(), config.kafka(),
                    config.postgres(), config.redis(), node,
                    () -> stopping.getAsBoolean() ? config.consumer().membership() : Membership.LEFT);
        };
    }

    /** One table for both: the consumer reads it for what it tries again in place, the DLQ router for where the rest goes. */
    private FailureRules failureRules() {
        return config.dlq().rules();
    }

    private Map<String, Set<String>> topicsByGroup() {
        return config.consumer().subscriptions().stream().collect(Collectors.groupingBy(Subscription::group,
                Collectors.mapping(Subscription::topic, Collectors.toSet())));
    }
}
