package dev.sluice.redis;

import dev.sluice.config.RedisSettings;
import dev.sluice.time.ContextDeadline;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisReplicas;
import io.vertx.redis.client.RedisRole;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * One connection to Redis (single, the master that sentinels name, or a cluster) that comes back by itself, after
 * min(50 ms x n, 2 s) with jitter. While it is away commands fail at once, so that a Redis that is down, frozen or
 * read-only slows nobody: a command that is refused or not answered in time drops the connection. All that it tells,
 * lateness too, it tells on the context that it was made on.
 */
public final class RedisLink {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final long STEP_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    /** A few transactions' worth of commands: with a claim for each event, in a cluster, four an event. */
    private static final int MOST_UNDER_WAY = 1 << 18;

    private final Vertx vertx;
    private final ContextDeadline deadline;
    private final RedisSettings settings;
    private final String purpose;
    private final Handler<RedisConnection> onConnected;
    private final RedisOptions options;
    /** Of the connection, or of the try under way: a pool that is shared with the next try could hand it this one's. */
    private Redis client;
    private RedisConnection connection;
    private int failures;
    private boolean closed;

    /** @param purpose for the log @param onConnected hears of each new connection before anybody uses it */
    public RedisLink(Vertx vertx, RedisSettings settings, String purpose, Handler<RedisConnection> onConnected) {
        this.vertx = vertx;
        this.deadline = new ContextDeadline(vertx);
        this.settings = settings;
        this.purpose = purpose;
        this.onConnected = onConnected;
        this.options = options(settings);
        options.getNetClientOptions().setTcpKeepAlive(true).setTcpNoDelay(true)
                .setConnectTimeout((int) settings.commandTimeout().toMillis());
    }

    private static RedisOptions options(RedisSettings settings) {
        RedisOptions options = new RedisOptions().setMaxWaitingHandlers(MOST_UNDER_WAY);
        settings.uris().forEach(options::addConnectionString);
        return switch (settings.mode()) {
            case SINGLE -> options.setType(RedisClientType.STANDALONE).setMaxPoolSize(1);
            case SENTINEL -> options.setType(RedisClientType.SENTINEL).setRole(RedisRole.MASTER)
                    .setMasterName(settings.masterName()).setMaxPoolSize(1);
            case CLUSTER -> options.setType(RedisClientType.CLUSTER).setUseReplicas(RedisReplicas.NEVER);
        };
    }

    /**
     * Before it is opened.
     *
     * @param commands sent and not answered; more drop the connection. It has an array of that many
     */
    public RedisLink mostUnderWay(int commands) {
        options.setMaxWaitingHandlers(commands);
        return this;
    }

    /** Completes when the first try has ended, connected or not. */
    public Future<Void> open() {
        Promise<Void> ended = Promise.promise();
        deadline.context().runOnContext(now -> tryOnce().onComplete(ended));
        return ended.future();
    }

    private Future<Void> tryOnce() {
        if (closed) {
            return Future.succeededFuture();
        }
        Redis trying = Redis.createClient(vertx, options);
        client = trying;
        return deadline.within(2 * settings.commandTimeout().toMillis(), trying.connect()).map(this::onUp)
                .otherwise(error -> {
                    trying.close();
                    return onFailed(error);
                });
    }

    public boolean isUp() {
        return connection != null;
    }

    /** Whether one command may have several keys: in a cluster they are of different nodes. */
    public boolean takesKeysTogether() {
        return settings.mode() != RedisSettings.Mode.CLUSTER;
    }

    /**
     * On the link's context. Sends all at once; the answers are in their order. Fails as a whole when Redis is away or
     * answers with an error; never throws.
     */
    public Future<List<Response>> send(List<Request> commands) {
        RedisConnection used = connection;
        if (used == null) {
            return Future.failedFuture("Redis is away");
        }
        return deadline.within(settings.commandTimeout().toMillis(),
                        Future.succeededFuture().compose(go -> answers(used, commands)))
                .onSuccess(answers -> onAnswered()).onFailure(error -> lose(used, error));
    }

    /** In a cluster each goes to the node that has its key, none waits for another: one round trip all the same. */
    private Future<List<Response>> answers(RedisConnection used, List<Request> commands) {
        if (takesKeysTogether()) {
            return used.batch(commands);
        }
        List<Future<Response>> each = commands.stream().map(used::send).toList();
        return Future.join(each).map(all -> each.stream().map(Future::result).collect(Collectors.toList()));
    }

    /** Not before a command has passed: a server that connects and refuses all else is away, too. */
    private void onAnswered() {
        if (failures > 0) {
            LOG.info("redis is back purpose={} attempts={}", purpose, failures);
            failures = 0;
        }
    }

    private Void onUp(RedisConnection opened) {
        if (closed) {
            client.close();
            return null;
        }
        opened.exceptionHandler(error -> deadline.context().runOnContext(now -> lose(opened, error)));
        opened.endHandler(end -> deadline.context().runOnContext(now -> lose(opened, null)));
        onConnected.handle(opened);
        connection = opened;
        return null;
    }

    private void lose(RedisConnection lost, Throwable error) {
        if (connection != lost) {
            return;
        }
        connection = null;
        client.close();
        onFailed(error == null ? new IllegalStateException("the connection ended") : error);
    }

    private Void onFailed(Throwable error) {
        if (closed) {
            return null;
        }
        failures++;
        if (failures == 1) {
            LOG.warn("redis away purpose={} redis={} reason={}", purpose, settings, error.toString());
        }
        long pause = Math.min(STEP_MILLIS * failures, LONGEST_PAUSE_MILLIS);
        vertx.setTimer(pause + ThreadLocalRandom.current().nextLong(pause / 5 + 1), timer -> {
            if (!closed) {
                open();
            }
        });
        return null;
    }

    public Future<Void> close() {
        closed = true;
        connection = null;
        return client == null ? Future.succeededFuture() : client.close();
    }
}
