package dev.sluice.gateway;

import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.RedisSettings;
import io.vertx.core.VerticleBase;

import java.util.Set;

public final class ProducerGatewayVerticle extends VerticleBase {

    public ProducerGatewayVerticle(GatewaySettings settings, Set<String> topics, KafkaSettings kafka, RedisSettings redis, Node node) {
    }
}
