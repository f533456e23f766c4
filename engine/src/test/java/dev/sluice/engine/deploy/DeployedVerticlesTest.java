package dev.sluice.engine.deploy;

import dev.sluice.engine.config.Configuration;
import dev.sluice.engine.operations.HealthBoard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DeployedVerticlesTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private final Vertx vertx = Vertx.vertx();
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        Await.within(DEADLINE, "close", vertx.close());
    }

    @Test
    void shouldStartWhoIsAskedFirstAndStopWhoBringsWorkFirst() {
        DeployedVerticles verticles = verticles(kind -> Future::succeededFuture, kind -> Future::succeededFuture);
        for (VerticleKind kind : VerticleKind.values()) {
            verticles.deploy(kind, 0, DEADLINE);
        }
        verticles.deploy(VerticleKind.CONSUMER, 1, DEADLINE);

        assertThat(verticles.undeploy(Deadline.in(DEADLINE))).isTrue();

        assertThat(events).containsExactly("+dlq-router", "+lag-monitor", "+gateway", "+consumer", "+consumer",
                "-gateway", "-consumer", "-consumer", "-lag-monitor", "-dlq-router");
    }

    @Test
    void shouldNotWaitForASlowOneBeyondTheDeadlineAndStopTheOthers() {
        Promise<Void> never = Promise.promise();
        DeployedVerticles verticles = verticles(kind -> Future::succeededFuture,
                kind -> () -> kind == VerticleKind.CONSUMER ? never.future() : Future.succeededFuture());
        verticles.deploy(VerticleKind.DLQ_ROUTER, 0, DEADLINE);
        verticles.deploy(VerticleKind.CONSUMER, 0, DEADLINE);

        assertThat(verticles.undeploy(Deadline.in(Duration.ofMillis(300)))).isFalse();

        assertThat(events).contains("-dlq-router");
        never.complete();
    }

    @Test
    void shouldNameVerticleAndSettingWhenItsPortIsTaken() {
        DeployedVerticles verticles = verticles(
                kind -> () -> Future.failedFuture(new BindException("Address already in use")),
                kind -> Future::succeededFuture);

        assertThatThrownBy(() -> verticles.deploy(VerticleKind.GATEWAY, 0, DEADLINE)).isInstanceOf(StartRefused.class)
                .hasMessage("producer-gateway-verticle-0 does not start: can't listen on http://127.0.0.1:8080 "
                        + "(gateway.host, gateway.port): Address already in use");
        assertThatThrownBy(() -> verticles.deploy(VerticleKind.CONSUMER, 0, DEADLINE)).isInstanceOf(StartRefused.class)
                .hasMessage("consumer-verticle-0 does not start: Address already in use");
    }

    @Test
    void shouldNotWaitForAStartBeyondTheDeadline() {
        Promise<Void> never = Promise.promise();
        DeployedVerticles verticles = verticles(kind -> never::future, kind -> Future::succeededFuture);

        assertThatThrownBy(() -> verticles.deploy(VerticleKind.CONSUMER, 0, Duration.ofMillis(200)))
                .isInstanceOf(StartRefused.class).hasMessageContaining("not done within 200 ms");
        never.complete();
    }

    private DeployedVerticles verticles(Function<VerticleKind, Supplier<Future<Void>>> start,
                                        Function<VerticleKind, Supplier<Future<Void>>> stop) {
        NodeAddresses addresses = new NodeAddresses(Configuration.defaults(), RunPlan.parse("all"));
        return new DeployedVerticles(vertx, new HealthBoard(new SimpleMeterRegistry()),
                (kind, index) -> verticle(kind, start.apply(kind), stop.apply(kind)), addresses::explain);
    }

    private Deployable verticle(VerticleKind kind, Supplier<Future<Void>> start, Supplier<Future<Void>> stop) {
        return new VerticleBase() {
            @Override
            public Future<?> start() {
                events.add("+" + kind.word());
                return start.get();
            }

            @Override
            public Future<?> stop() {
                events.add("-" + kind.word());
                return stop.get();
            }
        };
    }
}
