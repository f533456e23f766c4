package dev.sluice.gateway;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GatewayMetersTest {

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        vertx.close();
    }

    @Test
    void shouldCountAsThrottledWhatIsRefusedAndWhatIsHeldUp() {
        GatewayMeters meters = new GatewayMeters(vertx, registry);
        meters.onHeldUp();
        meters.onHeldUp();
        meters.onOutcome("events", 429);
        for (int i = 0; i < 5; i++) {
            meters.onOutcome("events", 202);
        }

        assertThat(registry.get("producer_throttle_ratio").gauge().value()).isEqualTo(0.5);
    }
}
