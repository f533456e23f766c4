package dev.sluice.engine.tracing;

import dev.sluice.config.InvalidSetting;

import java.net.URI;

/**
 * Where traces go.
 *
 * @param endpoint takes OTLP over HTTP; empty: no tracing
 * @param sample   the share of traces that begin here and are kept, 0 to 1; a caller's decision is kept
 */
public record TracingSettings(String endpoint, double sample) {

    public TracingSettings {
        endpoint = endpoint == null ? "" : endpoint;
        InvalidSetting.unless(endpoint.isEmpty() || isHttp(endpoint), "tracing.endpoint", endpoint,
                "an http or https URL such as http://127.0.0.1:4318/v1/traces, or nothing");
        InvalidSetting.unless(sample >= 0 && sample <= 1, "tracing.sample", sample, "0 to 1");
    }

    private static boolean isHttp(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getHost() != null && (uri.getScheme().equals("http") || uri.getScheme().equals("https"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
