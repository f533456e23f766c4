package dev.sluice.consumer.handlers;

import dev.sluice.api.Event;
import dev.sluice.api.PushHandler;
import dev.sluice.failure.HttpStatusFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * A URL that takes events as CloudEvents in HTTP's binary mode, with the event's identity as {@code Idempotency-Key}. As
 * many at once as it takes well ({@link PushLimit}); a {@code Retry-After} of up to 15 s is waited out, once, and nothing
 * else is sent meanwhile. Event loop only.
 */
final class HttpTarget implements PushHandler {

    private static final Duration LONGEST_REST = Duration.ofSeconds(15);

    private final String url;
    private final Map<String, String> headers;
    private final Duration timeout;
    private final int most;
    private final PushLimit limit;
    private HttpClient client;
    private long restUntilNanos = System.nanoTime();

    HttpTarget(String url, Map<String, String> headers, Duration timeout, int most) {
        this.url = url;
        this.headers = headers;
        this.timeout = timeout;
        this.most = most;
        this.limit = new PushLimit(most);
    }

    @Override
    public int concurrency() {
        return System.nanoTime() - restUntilNanos < 0 ? 0 : limit.limit();
    }

    @Override
    public Future<?> push(Event event) {
        return sent(event).compose(response -> {
            Duration rest = restWanted(response);
            if (rest.isZero() || rest.compareTo(LONGEST_REST) > 0) {
                return accepted(response);
            }
            restUntilNanos = System.nanoTime() + rest.toNanos();
            return Vertx.currentContext().owner().timer(rest.toMillis())
                    .compose(rested -> sent(event)).compose(this::accepted);
        });
    }

    @Override
    public Future<Void> close() {
        return client == null ? Future.succeededFuture() : client.close();
    }

    private Future<HttpClientResponse> sent(Event event) {
        long started = System.nanoTime();
        return client().request(new RequestOptions().setMethod(HttpMethod.POST).setAbsoluteURI(url)
                        .setTimeout(timeout.toMillis()))
                .compose(request -> {
                    describe(request, event);
                    return request.send(Buffer.buffer(event.data()));
                })
                .compose(response -> response.end().map(response))
                .onSuccess(response -> {
                    if (wantsLess(response)) {
                        limit.onRefused();
                    } else {
                        limit.onAnswered((System.nanoTime() - started) / 1e6);
                    }
                })
                .onFailure(error -> limit.onRefused());
    }

    private HttpClient client() {
        if (client == null) {
            client = Vertx.currentContext().owner().createHttpClient(
                    new HttpClientOptions().setConnectTimeout((int) timeout.toMillis()),
                    new PoolOptions().setHttp1MaxSize(most));
        }
        return client;
    }

    private void describe(HttpClientRequest request, Event event) {
        headers.forEach(request::putHeader);
        request.putHeader("Content-Type", event.contentType());
        request.putHeader("Idempotency-Key", escaped(event.id()));
        event.attributes().forEach((name, value) -> request.putHeader("ce-" + name, escaped(value)));
    }

    private Future<Void> accepted(HttpClientResponse response) {
        int status = response.statusCode();
        return status / 100 == 2 ? Future.succeededFuture()
                : Future.failedFuture(new HttpStatusFailure(status, "the target answered " + status));
    }

    private static boolean wantsLess(HttpClientResponse response) {
        return response.statusCode() == 429 || response.statusCode() == 503;
    }

    /** Zero when it says nothing of the kind. */
    private static Duration restWanted(HttpClientResponse response) {
        String after = wantsLess(response) ? response.getHeader("Retry-After") : null;
        if (after == null) {
            return Duration.ZERO;
        }
        try {
            Duration rest = after.chars().allMatch(Character::isDigit) ? Duration.ofSeconds(Integer.parseInt(after))
                    : Duration.between(Instant.now(),
                    ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return rest.isNegative() ? Duration.ZERO : rest;
        } catch (NumberFormatException | DateTimeException unreadable) {
            return Duration.ZERO;
        }
    }

    /** As CloudEvents has it for headers: printable ASCII stays, but for quotes and percent signs. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7f && b != '"' && b != '%') {
                escaped.append((char) b);
            } else {
                escaped.append(String.format("%%%02X", b & 0xff));
            }
        }
        return escaped.toString();
    }
}
