package dev.sluice.redis;

import dev.sluice.config.RedisSettings;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(StackExtension.class)
class RedisLinkTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private RedisLink link(Redis redis) throws Exception {
        RedisLink link = new RedisLink(vertx, new RedisSettings(redis.uri(), Duration.ofMillis(300)), "test", up -> { });
        get(link.open());
        return link;
    }

    @Test
    void shouldComeUpAfterTriesThatWereAnsweredTooLate(Redis redis) throws Exception {
        redis.freeze();
        RedisLink link;
        try {
            link = link(redis);
            assertThat(link.isUp()).as("while Redis is frozen").isFalse();
            long secondTry = System.nanoTime() + 1_000_000_000L;
            await().atMost(Duration.ofSeconds(5)).until(() -> System.nanoTime() > secondTry);
        } finally {
            redis.resume();
        }

        await().atMost(Duration.ofSeconds(5)).until(link::isUp);
        assertThat(get(link.send(List.of(Request.cmd(Command.PING)))).get(0)).hasToString("PONG");
    }

    /** Else a consumer's bookkeeping would be changed by two threads at once. */
    @Test
    void shouldTellLatenessAndAllThatFollowsOnItsOwnContext(Redis redis) throws Exception {
        Context context = vertx.getOrCreateContext();
        Promise<RedisLink> made = Promise.promise();
        context.runOnContext(now -> made.complete(new RedisLink(vertx, new RedisSettings(redis.uri(), Duration.ofMillis(300)),
                "test", up -> { })));
        RedisLink link = get(made.future());
        get(link.open());
        Thread own = get(threadOf(context, () -> link.send(List.of(Request.cmd(Command.PING)))));

        redis.freeze();
        Thread late;
        try {
            late = get(threadOf(context, () -> link.send(List.of(Request.cmd(Command.PING)))));
            await().atMost(Duration.ofSeconds(5)).until(() -> !link.isUp());
        } finally {
            redis.resume();
        }
        await().atMost(Duration.ofSeconds(10)).until(link::isUp);
        Thread back = get(threadOf(context, () -> link.send(List.of(Request.cmd(Command.PING)))));

        assertThat(late).as("the thread that tells of the missing answer").isEqualTo(own);
        assertThat(back).as("the thread of the next connection's answers").isEqualTo(own);
        assertThat(get(threadOf(context, Future::succeededFuture))).as("the context's").isEqualTo(own);
    }

    private static Future<Thread> threadOf(Context context, Supplier<Future<?>> action) {
        Promise<Thread> thread = Promise.promise();
        context.runOnContext(now -> action.get().onComplete(done -> thread.complete(Thread.currentThread())));
        return thread.future();
    }
}
