package dev.sluice.gateway;

import dev.sluice.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The marks that all gateways share, in Redis. Commands of one turn of the event loop travel together. A failed future
 * means that Redis is away or refuses: then the consumer's inbox alone recognises a repeat. For one context.
 */
final class Marks {

    /** Changes a value only while it is what the caller saw. Without a new value, deletes it. */
    private static final String SWAP = """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
            return 1""";

    private final Vertx vertx;
    private final RedisLink redis;
    private final String publishingMillis;
    private final String publishedMillis;
    private List<Request> requests = new ArrayList<>();
    private List<Promise<Response>> promises = new ArrayList<>();

    /** @param publishing how long an owner may take @param published how long a repeat is recognised */
    Marks(Vertx vertx, RedisLink redis, Duration publishing, Duration published) {
        this.vertx = vertx;
        this.redis = redis;
        this.publishingMillis = Long.toString(publishing.toMillis());
        this.publishedMillis = Long.toString(published.toMillis());
    }

    boolean areThere() {
        return redis.isUp();
    }

    /** @return true: the key is the caller's now; false: it has a mark */
    Future<Boolean> claim(String key, Mark.Publishing mark) {
        return send(Request.cmd(Command.SET).arg(key).arg(mark.text()).arg("NX").arg("PX").arg(publishingMillis))
                .map(answer -> answer != null);
    }

    /** The text of the mark, or null. */
    Future<String> read(String key) {
        return send(Request.cmd(Command.GET).arg(key)).map(answer -> answer == null ? null : answer.toString());
    }

    Future<Boolean> takeOver(String key, String seen, Mark.Publishing mark) {
        return swap(key, seen, mark.text());
    }

    Future<Boolean> release(String key, Mark.Publishing mark) {
        return swap(key, mark.text(), "");
    }

    /** Whoever owns the key: it is true in any case. */
    Future<Void> published(String key, Mark.Published mark) {
        return send(Request.cmd(Command.SET).arg(key).arg(mark.text()).arg("PX").arg(publishedMillis)).mapEmpty();
    }

    private Future<Boolean> swap(String key, String seen, String next) {
        return send(Request.cmd(Command.EVAL).arg(SWAP).arg(1).arg(key).arg(seen).arg(next).arg(publishingMillis))
                .map(answer -> answer.toInteger() == 1);
    }

    private Future<Response> send(Request request) {
        Promise<Response> promise = Promise.promise();
        if (requests.isEmpty()) {
            vertx.runOnContext(turn -> flush());
        }
        requests.add(request);
        promises.add(promise);
        return promise.future();
    }

    private void flush() {
        List<Promise<Response>> asked = promises;
        List<Request> sent = requests;
        requests = new ArrayList<>();
        promises = new ArrayList<>();
        redis.send(sent).onComplete(result -> {
            for (int i = 0; i < asked.size(); i++) {
                if (result.succeeded()) {
                    asked.get(i).complete(result.result().get(i));
                } else {
                    asked.get(i).fail(result.cause());
                }
            }
        });
    }
}
