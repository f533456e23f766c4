package dev.sluice.testing;

import dev.sluice.bus.SharedPressure;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import dev.sluice.engine.operations.NodeFile;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two gateways share what is let in; one is killed with SIGKILL, and says good-bye to nobody: the other has it all. */
@Tag("long")
@Timeout(150)
@ExtendWith(StackExtension.class)
class GatewayDeathTest {

    private static final String PRESSURE = "0.9";
    /** Of 2,000 events/s, which gateways that have hardly been used are taken to have let in. */
    private static final double LET_IN = 200;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();
    @TempDir
    private Path folder;

    @Test
    void shouldHaveTheShareOfOneThatIsKilled(Stack stack) throws Exception {
        Redis redis = Redis.createClient(vertx, stack.redis().uri());
        SluiceProcess one = new SluiceProcess(folder.resolve("one"), stack);
        SluiceProcess two = new SluiceProcess(folder.resolve("two"), stack);
        try {
            one.start("--run", "gateway=1");
            two.start("--run", "gateway=1");
            URI first = gateway("one");
            URI second = gateway("two");
            send(redis, Request.cmd(Command.SET).arg(SharedPressure.LEVEL).arg(PRESSURE).arg("PX").arg("120000"));
            await().atMost(Duration.ofSeconds(30)).until(() -> throttling(redis) == 2);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                CompletableFuture<Double> beside = CompletableFuture.supplyAsync(() -> rate(second));
                double mine = rate(first);
                return mine < 0.75 * LET_IN && beside.get() < 0.75 * LET_IN;
            });
            two.kill();
            long killed = System.nanoTime();
            await().atMost(Duration.ofSeconds(30)).until(() -> rate(first) > 0.8 * LET_IN);

            System.out.printf("the share of a killed gateway is the other's after %.1f s%n", (System.nanoTime() - killed) / 1e9);
            assertThat(rate(first)).as("all that is let in, and no more").isLessThan(1.3 * LET_IN);
        } finally {
            send(redis, Request.cmd(Command.DEL).arg(SharedPressure.LEVEL));
            one.end();
            two.end();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private URI gateway(String node) throws Exception {
        return URI.create(NodeFile.read(folder.resolve(node)).orElseThrow().gateway() + "/v1/events");
    }

    /** Events/s that a gateway lets in of many more, those of the waiting room not counted before they are let in. */
    private double rate(URI gateway) {
        String events = IntStream.range(0, 1_000).mapToObj(i -> "{\"eventId\":\"" + UUID.randomUUID()
                + "\",\"type\":\"t\",\"data\":{}}\n").collect(Collectors.joining());
        try {
            long began = System.nanoTime();
            long accepted = client.send(HttpRequest.newBuilder(gateway).header("content-type", "application/x-ndjson")
                    .timeout(Duration.ofSeconds(20)).POST(HttpRequest.BodyPublishers.ofString(events)).build(),
                    HttpResponse.BodyHandlers.ofString()).body().lines().filter(line -> line.contains("\"status\":202")).count();
            return accepted / ((System.nanoTime() - began) / 1e9);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gateways that tell the others of a measure, {@code sustained:wanted:measure:end}: those that throttle. */
    private static int throttling(Redis redis) throws Exception {
        int throttling = 0;
        for (Response load : send(redis, Request.cmd(Command.HVALS).arg("system:gateway:loads"))) {
            throttling += load.toString().split(":")[2].equals("0.0") ? 0 : 1;
        }
        return throttling;
    }

    private static Response send(Redis redis, Request request) throws Exception {
        return redis.send(request).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
