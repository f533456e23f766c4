package dev.sluice.redis;

import dev.sluice.config.RedisSettings;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.junit.StackExtension;
import io.vertx.core.Future;
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
}
