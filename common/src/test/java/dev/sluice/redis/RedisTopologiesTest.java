package dev.sluice.redis;

import dev.sluice.config.RedisSettings;
import dev.sluice.config.RedisSettings.Mode;
import dev.sluice.devstack.process.RedisTopology;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The link to several real Redis processes, of which the decisive one dies. */
@Timeout(120)
class RedisTopologiesTest {

    @TempDir
    private Path folder;
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldSpreadOneSendOverAClusterAndGoOnWhenAReplicaTakesOver() throws Exception {
        try (RedisTopology cluster = RedisTopology.cluster(folder, Path.of("target", "programs"), 3, 1)) {
            List<String> heard = new CopyOnWriteArrayList<>();
            RedisLink hearing = link(cluster, Mode.CLUSTER, connection -> {
                connection.handler(message -> heard.add(message.toString()));
                connection.send(Request.cmd(Command.SUBSCRIBE).arg("news"));
            });
            RedisLink link = link(cluster, Mode.CLUSTER, connection -> { });
            assertThat(hearing.isUp()).isTrue();
            List<Response> answers = link.send(IntStream.range(0, 300).mapToObj(RedisTopologiesTest::set).toList())
                    .await(10, TimeUnit.SECONDS);
            assertThat(answers).hasSize(300).allMatch(answer -> answer.toString().equals("OK"));
            for (int node = 0; node < 3; node++) {
                assertThat(Integer.parseInt(cluster.ask(node, "DBSIZE").strip())).as("keys of node %d", node).isPositive();
            }
            assertThat(link.send(IntStream.range(0, 300).mapToObj(key -> Request.cmd(Command.EVAL)
                    .arg("return redis.call('GET', KEYS[1])").arg(1).arg("key:" + key)).toList()).await(10, TimeUnit.SECONDS))
                    .extracting(Response::toString).containsExactlyElementsOf(IntStream.range(0, 300).mapToObj(Integer::toString).toList());
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                link.send(List.of(Request.cmd(Command.EVAL).arg("return redis.call('PUBLISH', KEYS[1], 'x')").arg(1).arg("news")))
                        .await(5, TimeUnit.SECONDS);
                return heard.stream().anyMatch(message -> message.contains("message"));
            });

            cluster.node(0).kill();
            await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(100)).until(() -> accepted(link, 300));
            assertThat(cluster.ask(3, "INFO replication")).contains("role:master");
        }
    }

    @Test
    void shouldFollowTheMasterThatSentinelsName() throws Exception {
        try (RedisTopology watched = RedisTopology.sentinel(folder, Path.of("target", "programs"))) {
            RedisLink link = link(watched, Mode.SENTINEL, connection -> { });
            assertThat(accepted(link, 10)).isTrue();
            assertThat(watched.ask(0, "DBSIZE").strip()).isEqualTo("10");

            watched.node(0).kill();
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).until(() -> accepted(link, 20));
            assertThat(watched.ask(1, "INFO replication")).contains("role:master");
            assertThat(watched.ask(1, "DBSIZE").strip()).isEqualTo("20");
        }
    }

    private RedisLink link(RedisTopology topology, Mode mode, Consumer<RedisConnection> onConnected) throws Exception {
        RedisLink link = new RedisLink(vertx, new RedisSettings(topology.uris(), mode, null, Duration.ofSeconds(1)), "test",
                onConnected::accept);
        link.open().await(20, TimeUnit.SECONDS);
        return link;
    }

    private static boolean accepted(RedisLink link, int keys) throws Exception {
        return link.send(IntStream.range(0, keys).mapToObj(RedisTopologiesTest::set).toList())
                .transform(answer -> Future.succeededFuture(answer.succeeded())).await(10, TimeUnit.SECONDS);
    }

    private static Request set(int key) {
        return Request.cmd(Command.SET).arg("key:" + key).arg(key);
    }
}
