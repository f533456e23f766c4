package dev.sluice.engine.operations;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LoopWatchTest {

    @Test
    void shouldTellOfALoopThatIsBlockedWhileItIs() throws Exception {
        Vertx vertx = Vertx.vertx();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch free = new CountDownLatch(1);
        try {
            LoopWatch.start(vertx, registry);
            assertThat(registry.get("event_loop_delay_seconds").gauge().value()).isLessThan(0.7);
            var blocked = vertx.getOrCreateContext();
            blocked.runOnContext(now -> {
                try {
                    free.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (int i = 0; i < 50; i++) {
                blocked.runOnContext(now -> { });
            }

            await().atMost(Duration.ofSeconds(10)).until(() ->
                    registry.get("event_loop_delay_seconds").gauge().value() > 1);
            assertThat(registry.get("event_loop_tasks").gauge().value()).isGreaterThanOrEqualTo(50);
        } finally {
            free.countDown();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
