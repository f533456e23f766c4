package dev.sluice.consumer.handlers;

import dev.sluice.api.Handler;
import dev.sluice.api.HandlerProvider;
import dev.sluice.config.InvalidSetting;
import io.vertx.core.json.JsonObject;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Handler {@code http}: posts each event to a URL. Settings: {@code url}, {@code headers} (by name),
 * {@code timeout-millis} (10000) of one request, {@code max-concurrency} (32).
 */
public final class HttpPush implements HandlerProvider {

    private static final Set<String> KEYS = Set.of("url", "headers", "timeout-millis", "max-concurrency");

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Traits traits() {
        return Traits.EACH_EVENT_COUNTS;
    }

    @Override
    public Handler create(JsonObject settings) {
        settings.fieldNames().forEach(key -> InvalidSetting.unless(KEYS.contains(key), "settings", key,
                String.join(", ", KEYS)));
        String url = settings.getString("url");
        InvalidSetting.unless(isHttp(url), "settings.url", url == null ? "" : url, "an http:// or https:// URL");
        int timeout = settings.getInteger("timeout-millis", 10_000);
        InvalidSetting.unless(timeout >= 1 && timeout <= 29_000, "settings.timeout-millis", timeout, "1 to 29000");
        int most = settings.getInteger("max-concurrency", 32);
        InvalidSetting.unless(most >= 1 && most <= 1_000, "settings.max-concurrency", most, "1 to 1000");
        Map<String, String> headers = new LinkedHashMap<>();
        settings.getJsonObject("headers", new JsonObject()).forEach(header ->
                headers.put(header.getKey(), String.valueOf(header.getValue())));
        return new HttpTarget(url, headers, Duration.ofMillis(timeout), most);
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = url == null ? null : new URI(url);
            return uri != null && uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (URISyntaxException noUrl) {
            return false;
        }
    }
}
