package dev.sluice.dlq;

import dev.sluice.bus.Node;
import dev.sluice.config.KafkaSettings;
import dev.sluice.config.PostgresSettings;
import io.vertx.core.VerticleBase;


public final class DlqRouterVerticle extends VerticleBase {

    public DlqRouterVerticle(DlqSettings settings, KafkaSettings kafka, PostgresSettings postgres, Node node) {
    }
}
