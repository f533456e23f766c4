package dev.sluice.consumer;

import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import dev.sluice.config.RedisSettings;
import io.vertx.core.VerticleBase;


public final class ConsumerVerticle extends VerticleBase {

    public ConsumerVerticle(ConsumerSettings settings, int index, dev.sluice.failure.FailureRules rules, KafkaSettings kafka, PostgresSettings postgres, RedisSettings redis, Node node) {
    }
}
