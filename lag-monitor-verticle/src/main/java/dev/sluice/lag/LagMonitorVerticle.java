package dev.sluice.lag;

import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import io.vertx.core.VerticleBase;

import java.util.Set;

public final class LagMonitorVerticle extends VerticleBase {

    public LagMonitorVerticle(LagSettings settings, java.util.Map<String, Set<String>> topicsByGroup, KafkaSettings kafka, Node node) {
    }
}
