package dev.sluice.engine.deploy;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.LagQuestion;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagVerdict;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import dev.sluice.engine.config.ClusterSettings;
import dev.sluice.event.RawRecord;
import dev.sluice.failure.ErrorInfo;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Two nodes on loopback: what crosses the bus between them is JSON. */
class BusAcrossNodesTest {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final List<Vertx> nodes = new ArrayList<>();
    private Bus asking;
    private Bus answering;

    @BeforeEach
    void joinTwoNodes() {
        ClusterSettings settings = new ClusterSettings(true, "test-" + UUID.randomUUID(), "127.0.0.1", 25701,
                List.of("127.0.0.1"), 0);
        for (int i = 0; i < 2; i++) {
            nodes.add(NodeVertx.create(settings, true, new SimpleMeterRegistry(), DEADLINE));
        }
        asking = Bus.install(nodes.get(0));
        answering = Bus.install(nodes.get(1));
    }

    @AfterEach
    void leave() {
        nodes.forEach(vertx -> Await.within(DEADLINE, "close", vertx.close()));
    }

    @Test
    void shouldRouteAFailureOnAnotherNode() {
        byte[] noText = {0, -1, 127, -128};
        AtomicReference<RouteFailure> heard = new AtomicReference<>();
        Bus.Serving serving = answering.serve(Addresses.ROUTE_FAILURE, failure -> {
            heard.set(failure);
            return Future.succeededFuture(new Routed.Retrying("events.retry", 3, 4_000_000_000L, 1, 17));
        });
        Await.within(DEADLINE, "serve", serving.started());
        RawRecord record = new RawRecord("events", 7, 9_000_000_000L, 1, null, noText,
                List.of(RawRecord.Header.of("ce_id", "ü"), new RawRecord.Header("raw", noText)));
        RouteFailure failure = new RouteFailure("route-1", "audit", record, "event 1",
                ErrorInfo.of(new IllegalStateException("no good")), 2, 900,
                RouteFailure.Order.PRESERVED, 3);

        Routed answer = Await.within(DEADLINE, "ask", asking.ask(Addresses.ROUTE_FAILURE, failure));

        assertThat(answer).isEqualTo(new Routed.Retrying("events.retry", 3, 4_000_000_000L, 1, 17));
        assertThat(heard.get()).usingRecursiveComparison().isEqualTo(failure);
    }

    @Test
    void shouldAskForLagOnAnotherNode() {
        LagReport report = new LagReport(List.of(new LagReport.PartitionLag("audit", "events", 1, OptionalLong.empty(), 0, 5,
                OptionalLong.of(5), OptionalDouble.of(2), 0, LagVerdict.OK, "")), List.of(), 2, 7, 1);
        Await.within(DEADLINE, "serve",
                answering.serve(Addresses.LAG_NOW, question -> Future.succeededFuture(report)).started());

        assertThat(Await.within(DEADLINE, "ask", asking.ask(Addresses.LAG_NOW, new LagQuestion()))).isEqualTo(report);
    }

    /** As in containers: each node has an address of its own, and knows the other by name only. */
    @Test
    void shouldFindANodeOfAnotherAddressByItsName() throws Exception {
        assumeTrue(canListenAt("127.0.0.2"), "this system has no 127.0.0.2");
        String name = "test-" + UUID.randomUUID();
        nodes.add(NodeVertx.create(new ClusterSettings(true, name, "127.0.0.1", 25741, List.of("localhost"), 0), true,
                new SimpleMeterRegistry(), DEADLINE));
        nodes.add(NodeVertx.create(new ClusterSettings(true, name, "127.0.0.2", 25741, List.of("localhost"), 0), true,
                new SimpleMeterRegistry(), DEADLINE));

        Await.within(DEADLINE, "serve", Bus.install(nodes.get(2)).serve(Addresses.LAG_NOW, question -> Future.succeededFuture(
                new LagReport(List.of(), List.of(), 0, 3, 1))).started());
        assertThat(Await.within(DEADLINE, "ask", Bus.install(nodes.get(3)).ask(Addresses.LAG_NOW, new LagQuestion())).total()).isEqualTo(3);
    }

    private static boolean canListenAt(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void shouldAskWhoIsLeftWhenANodeHasGone() {
        Await.within(DEADLINE, "serve", answering.serve(Addresses.LAG_NOW, question -> Future.succeededFuture(
                new LagReport(List.of(), List.of(), 0, 1, 1))).started());
        Await.within(DEADLINE, "serve", asking.serve(Addresses.LAG_NOW, question -> Future.succeededFuture(
                new LagReport(List.of(), List.of(), 0, 2, 1))).started());

        Await.within(DEADLINE, "close", nodes.remove(1).close());

        await().atMost(DEADLINE).untilAsserted(() -> assertThat(
                Await.within(DEADLINE, "ask", asking.ask(Addresses.LAG_NOW, new LagQuestion())).total()).isEqualTo(2));
    }
}
