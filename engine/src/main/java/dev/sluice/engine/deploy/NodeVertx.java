package dev.sluice.engine.deploy;

import dev.sluice.engine.config.ClusterSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;

/** Makes the node's Vert.x: measured, and one of a cluster if it is to be. */
final class NodeVertx {

    private static final Logger LOG = LoggerFactory.getLogger(NodeVertx.class);

    private NodeVertx() {
    }

    static Vertx create(ClusterSettings cluster, boolean clustered, MeterRegistry meters, Duration deadline) {
        VertxOptions options = new VertxOptions()
                .setMetricsOptions(measured())
                .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false))
                .setEventBusOptions(new EventBusOptions().setHost(cluster.host()).setPort(cluster.eventBusPort()));
        VertxBuilder builder = Vertx.builder().with(options).withMetrics(new MicrometerMetricsFactory(meters));
        return clustered ? join(builder, cluster, deadline) : builder.build();
    }

    /** Pools and the event bus; what counts each request and packet costs more than it tells. */
    private static MicrometerMetricsOptions measured() {
        MicrometerMetricsOptions options = new MicrometerMetricsOptions().setEnabled(true);
        for (MetricsDomain each : List.of(MetricsDomain.HTTP_SERVER, MetricsDomain.HTTP_CLIENT, MetricsDomain.NET_SERVER,
                MetricsDomain.NET_CLIENT)) {
            options.addDisabledMetricsCategory(each);
        }
        return options;
    }

    private static Vertx join(VertxBuilder builder, ClusterSettings cluster, Duration deadline) {
        ClusterManager manager = Cluster.manager(cluster);
        Vertx vertx = Await.within(deadline, "the cluster at " + cluster.members() + " (cluster.members)",
                builder.withClusterManager(manager).buildClustered());
        LOG.info("joined cluster={} nodes={}", cluster.name(), manager.getNodes().size());
        return vertx;
    }
}
