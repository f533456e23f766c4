package dev.sluice.testing.bench.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

import java.util.ArrayList;
import java.util.List;

/**
 * The least that lets gateways know each other's identities: a claim before the event is published, and a mark that it is.
 * What one turn of the event loop sends travels together. For one context.
 */
final class BareClaims {

    private static final String CLAIMED_MILLIS = "60000";
    private static final String KNOWN_MILLIS = "600000";

    private record Asked(Request request, Promise<Response> promise) {
    }

    private final Vertx vertx;
    private final RedisConnection redis;
    private List<Asked> turn = new ArrayList<>();

    private BareClaims(Vertx vertx, RedisConnection redis) {
        this.vertx = vertx;
        this.redis = redis;
    }

    static Future<BareClaims> open(Vertx vertx, String uri) {
        return Redis.createClient(vertx, new RedisOptions().setConnectionString(uri)).connect()
                .map(connection -> new BareClaims(vertx, connection));
    }

    /** @return whether nobody has had it before */
    Future<Boolean> claim(String id) {
        return send(Request.cmd(Command.SET).arg("bare:" + id).arg("publishing").arg("NX").arg("PX").arg(CLAIMED_MILLIS))
                .map(answer -> answer != null);
    }

    Future<Void> published(String id, String where) {
        return send(Request.cmd(Command.SET).arg("bare:" + id).arg(where).arg("PX").arg(KNOWN_MILLIS)).mapEmpty();
    }

    private Future<Response> send(Request request) {
        if (turn.isEmpty()) {
            vertx.runOnContext(end -> flush());
        }
        Asked asked = new Asked(request, Promise.promise());
        turn.add(asked);
        return asked.promise.future();
    }

    private void flush() {
        List<Asked> together = turn;
        turn = new ArrayList<>();
        redis.batch(together.stream().map(Asked::request).toList()).onComplete(answers -> {
            for (int i = 0; i < together.size(); i++) {
                if (answers.succeeded()) {
                    together.get(i).promise.complete(answers.result().get(i));
                } else {
                    together.get(i).promise.fail(answers.cause());
                }
            }
        });
    }
}
