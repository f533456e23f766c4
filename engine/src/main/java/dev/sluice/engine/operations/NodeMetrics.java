package dev.sluice.engine.operations;

import dev.sluice.metrics.Meter;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The node's registry, with what the process itself has to tell. */
public final class NodeMetrics {

    /** PostgresSettings names it. */
    private static final String POOL = "sluice";

    private NodeMetrics() {
    }

    public static PrometheusMeterRegistry registry(int poolSize) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT,
                new PrometheusRegistry(), Clock.SYSTEM, new ExemplarTraces());
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        bindGc(registry);
        new ClassLoaderMetrics().bindTo(registry);
        Meter.PG_POOL_MAX.gauge(registry, () -> poolSize);
        Meter.PG_POOL_ACTIVE.gauge(registry, () -> ofPool(registry, "vertx.pool.in.use"));
        Meter.PG_POOL_WAITING.gauge(registry, () -> ofPool(registry, "vertx.pool.queue.pending"));
        return registry;
    }

    /** For as long as the process lives: its listeners are the process's own. */
    @SuppressWarnings("resource")
    private static void bindGc(MeterRegistry registry) {
        new JvmGcMetrics().bindTo(registry);
    }

    /** @param name as Vert.x names it */
    private static double ofPool(MeterRegistry registry, String name) {
        return registry.find(name).tag("pool_name", POOL).gauges().stream().mapToDouble(Gauge::value).sum();
    }
}
