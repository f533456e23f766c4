package dev.sluice.engine.alerts;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Delivers messages in their order, each until the receiver has answered 2xx; at most 100 wait, then the oldest go. May
 * deliver one twice when an answer is lost. For one context.
 */
final class Webhook {

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int MOST_WAITING = 100;
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final Vertx vertx;
    private final HttpClient client;
    private final String url;
    private final Deque<JsonObject> waiting = new ArrayDeque<>();
    private boolean sending;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    Webhook(Vertx vertx, String url) {
        this.vertx = vertx;
        this.url = url;
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(TIMEOUT_MILLIS));
    }

    void send(JsonObject message) {
        if (waiting.size() == MOST_WAITING) {
            LOG.warn("alerts can't be delivered, the oldest is given up: {}", waiting.removeFirst().getString("text"));
        }
        waiting.addLast(message);
        if (!sending) {
            sendFirst();
        }
    }

    private void sendFirst() {
        JsonObject message = waiting.peekFirst();
        sending = message != null;
        if (message == null) {
            return;
        }
        post(message).onComplete(done -> {
            waiting.remove(message);
            pauseMillis = FIRST_PAUSE_MILLIS;
            sendFirst();
        }, error -> {
            LOG.warn("an alert could not be delivered, it is tried again in {} ms: {}", pauseMillis, error.toString());
            vertx.setTimer(pauseMillis, due -> sendFirst());
            pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE_MILLIS);
        });
    }

    private Future<Void> post(JsonObject message) {
        RequestOptions request = new RequestOptions().setMethod(HttpMethod.POST).setAbsoluteURI(url)
                .putHeader("content-type", "application/json").setTimeout(TIMEOUT_MILLIS).setIdleTimeout(TIMEOUT_MILLIS);
        return client.request(request).compose(open -> open.send(message.toBuffer()))
                .compose(answer -> answer.end().compose(end -> answer.statusCode() / 100 == 2 ? Future.succeededFuture()
                        : Future.failedFuture("the receiver answered " + answer.statusCode())));
    }
}
