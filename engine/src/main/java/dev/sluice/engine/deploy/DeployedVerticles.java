package dev.sluice.engine.deploy;

import dev.sluice.engine.operations.HealthBoard;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** The verticles that run, in the order of their start; they stop in another: who brings work first. */
final class DeployedVerticles {

    private static final Logger LOG = LoggerFactory.getLogger(DeployedVerticles.class);
    private static final List<VerticleKind> STOP_ORDER =
            List.of(VerticleKind.GATEWAY, VerticleKind.CONSUMER, VerticleKind.LAG_MONITOR, VerticleKind.DLQ_ROUTER);

    private final Vertx vertx;
    private final HealthBoard health;
    private final BiFunction<VerticleKind, Integer, Deployable> verticles;
    private final BiFunction<VerticleKind, Throwable, String> explain;
    private final Map<VerticleKind, List<String>> running = new EnumMap<>(VerticleKind.class);

    /**
     * @param verticles makes one, by its kind and index
     * @param explain   what the failure of a deployment means, for an operator
     */
    DeployedVerticles(Vertx vertx, HealthBoard health, BiFunction<VerticleKind, Integer, Deployable> verticles,
                      BiFunction<VerticleKind, Throwable, String> explain) {
        this.vertx = vertx;
        this.health = health;
        this.verticles = verticles;
        this.explain = explain;
        for (VerticleKind kind : VerticleKind.values()) {
            running.put(kind, new CopyOnWriteArrayList<>());
        }
    }

    void deploy(VerticleKind kind, int index, Duration deadline) {
        String name = kind.component() + "-" + index;
        health.expect(kind.component(), index + 1);
        try {
            Future<String> deployment = vertx.deployVerticle(() -> verticles.apply(kind, index), new DeploymentOptions());
            running.get(kind).add(Await.within(deadline, name, deployment));
        } catch (StartRefused e) {
            throw new StartRefused(name + " does not start: " + explain.apply(kind, e.getCause()), e.getCause());
        }
        LOG.info("deployed verticle={} instance={}", kind.component(), index);
    }

    /** @return whether all of them stopped in time */
    boolean undeploy(Deadline deadline) {
        boolean orderly = true;
        for (VerticleKind kind : STOP_ORDER) {
            List<Future<Void>> all = running.get(kind).stream().map(vertx::undeploy).toList();
            orderly &= all.isEmpty() || deadline.await(kind.component(), Future.join(all));
        }
        return orderly;
    }
}
