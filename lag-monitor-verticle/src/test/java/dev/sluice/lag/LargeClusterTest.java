package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.SimulatedCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** What a sample costs does not run away with the number of partitions. */
class LargeClusterTest {

    /** Five seconds, less the one that reading timestamps may take at most. */
    private static final double SECONDS = 4;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldSampleTenThousandPartitionsInFiveSeconds() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        LagMeters meters = new LagMeters(registry);
        LagBook book = new LagBook(30_000);
        long began = System.nanoTime();

        LagReport report = Future.<LagReport>future(done -> vertx.runOnContext(now ->
                new GroupOffsets(new SimulatedCluster(1_000).admin(), vertx.getOrCreateContext(),
                        Map.of("g", Set.of("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"))).read()
                        .map(readings -> book.onSampled(readings,
                                new LagBook.Circumstances(Map.of(), Map.of(), Map.of(), 0)))
                        .onSuccess(meters::onSampled).onComplete(done)))
                .toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);

        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("a sample of %d partitions took %.2f s%n", report.partitions().size(), seconds);
        assertThat(report.partitions()).hasSize(10_000);
        assertThat(report.total()).isEqualTo(400_000);
        assertThat(registry.find("kafka_consumer_group_lag").gauges()).hasSize(10_000);
        assertThat(seconds).isLessThan(SECONDS);
    }
}
