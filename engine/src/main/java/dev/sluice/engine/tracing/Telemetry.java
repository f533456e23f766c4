package dev.sluice.engine.tracing;

import dev.sluice.trace.Traces;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The node's OpenTelemetry: spans are exported in the background, and dropped when the receiver is away. */
public final class Telemetry {

    private static final Duration EXPORT_DEADLINE = Duration.ofSeconds(5);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Optional<SdkTracerProvider> provider;

    public Telemetry(TracingSettings settings, String node) {
        this.provider = settings.endpoint().isEmpty() ? Optional.empty() : Optional.of(provider(settings, node));
    }

    private static SdkTracerProvider provider(TracingSettings settings, String node) {
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder().setEndpoint(settings.endpoint())
                .setTimeout(EXPORT_DEADLINE).build();
        return SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(Attributes.builder()
                        .put("service.name", "sluice").put("service.instance.id", node).build())))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sample())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter).setScheduleDelay(PERIOD).build()).build();
    }

    public Traces traces() {
        return provider.map(sdk -> Traces.with(sdk.get("dev.sluice"))).orElse(Traces.OFF);
    }

    /** What has ended is exported, within the limit. Blocks. */
    public void close(Duration limit) {
        provider.ifPresent(sdk -> sdk.shutdown().join(limit.toMillis(), TimeUnit.MILLISECONDS));
    }
}
