package dev.sluice.engine.deploy;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.LagReport;
import dev.sluice.bus.Node;
import dev.sluice.engine.alerts.AlertRoutes;
import dev.sluice.engine.alerts.Alerts;
import dev.sluice.engine.config.Configuration;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.logs.LogRoutes;
import dev.sluice.engine.operations.HealthBoard;
import dev.sluice.engine.operations.LoopWatch;
import dev.sluice.engine.operations.NodeFile;
import dev.sluice.engine.operations.NodeMetrics;
import dev.sluice.engine.operations.OperationsServer;
import dev.sluice.engine.operations.Pings;
import dev.sluice.engine.operations.StatusReport;
import dev.sluice.engine.operations.Troubles;
import dev.sluice.engine.tracing.Telemetry;
import dev.sluice.store.Schema;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import org.apache.kafka.clients.admin.Admin;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One node, from the first wait for Kafka to the last closed connection. {@link #start} and {@link #stop} block, and are
 * for the main thread and the shutdown hook; stop may come while start is still under way.
 */
public final class Deployment {

    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

    private final SluiceConfig config;
    private final RunPlan plan;
    private final NodeOptions options;
    private final NodeAddresses addresses;
    private final PrometheusMeterRegistry meters;
    private final Telemetry telemetry;
    private final HealthBoard health;
    private final AtomicBoolean stopping = new AtomicBoolean();

    private volatile Vertx vertx;
    private volatile Admin admin;
    private volatile DeployedVerticles verticles;
    private volatile HttpServer operations;
    private volatile NodeFile nodeFile;
    private volatile Alerts alerts;

    public Deployment(Configuration configuration, RunPlan plan, NodeOptions options) {
        this.config = configuration.settings();
        this.plan = plan;
        this.options = options;
        this.addresses = new NodeAddresses(configuration, plan);
        this.telemetry = new Telemetry(config.tracing(), config.nodeName());
        this.meters = NodeMetrics.registry(config.postgres().poolSize());
        this.health = new HealthBoard(meters);
    }

    /** @throws StartRefused when something is missing or refuses; whatever was started by then is left to {@link #stop} */
    public void start() {
        Duration deadline = config.operations().startDeadline();
        boolean clustered = options.cluster() || config.cluster().enabled();
        LOG.info("starting node={} run={} profile={} clustered={}", config.nodeName(), plan, config.profile(), clustered);
        vertx = NodeVertx.create(config.cluster(), clustered, meters, deadline);
        LoopWatch.start(vertx, meters);
        Bus bus = Bus.install(vertx);
        Node node = new Node(config.nodeName(), bus, meters, telemetry.traces());
        bus.listen(Addresses.HEALTH, sign -> {
            if (sign.node().equals(node.name())) {
                health.heard(sign, System.nanoTime());
            }
        });
        alerts = new Alerts(vertx, node, config.alerts(), config.postgres().pool(vertx));
        operations = listen(bus, router -> {
            new AlertRoutes(alerts).mount(router);
            new LogRoutes().mount(router);
        });
        prepareBackends(deadline);
        vertx.runOnContext(now -> alerts.start());
        new Pings(node.name(), health, config.postgres().pool(vertx), admin).start(vertx);
        verticles = new DeployedVerticles(vertx, health, new Verticles(config, node, stopping::get)::create, addresses::explain);
        for (VerticleKind kind : VerticleKind.values()) {
            for (int index = 0; index < plan.of(kind) && !stopping.get(); index++) {
                verticles.deploy(kind, index, deadline);
            }
        }
        if (stopping.get()) {
            throw new StartRefused("stopped while starting");
        }
        health.onStarted();
        options.data().ifPresent(this::writeNodeFile);
        LOG.info("started node={} gateway={} operations={}", config.nodeName(), addresses.gateway(),
                addresses.operations(operations.actualPort()));
    }

    private HttpServer listen(Bus bus, Consumer<Router> routes) {
        String host = config.operations().host();
        int port = config.operations().port();
        OperationsServer server = new OperationsServer(vertx, bus, health, meters, this::status);
        try {
            return Await.within(config.operations().startDeadline(), "operations server", server.listen(host, port, routes));
        } catch (StartRefused e) {
            throw e.getCause() instanceof BindException
                    ? new StartRefused("the operations server can't listen on " + host + ":" + port + " (operations.host, "
                            + "operations.port): " + e.getCause().getMessage(), e) : e;
        }
    }

    private void prepareBackends(Duration deadline) {
        Backends backends = new Backends(deadline, stopping::get);
        admin = KafkaAdmin.create(config.kafka(), config.nodeName());
        CompletableFuture<Integer> brokers = CompletableFuture.supplyAsync(
                () -> backends.awaitKafka(admin, config.kafka().bootstrapServers()));
        backends.awaitPostgres(config.postgres(), !options.unsafe());
        migrate();
        new TopicCreation(admin).create(TopicPlan.of(config.topics(), answered(brokers)));
    }

    private static int answered(CompletableFuture<Integer> brokers) {
        try {
            return brokers.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartRefused refused ? refused : e;
        }
    }

    private void migrate() {
        try {
            int migrations = Schema.migrate(config.postgres());
            if (migrations > 0) {
                LOG.info("database schema brought up to date migrations={}", migrations);
            }
        } catch (FlywayException e) {
            throw new StartRefused("the database schema can't be brought up to date: " + e.getMessage(), e);
        }
    }

    private StatusReport status(LagReport lag, String lagReason) {
        return new StatusReport(ProcessHandle.current().pid(), config.nodeName(), health.readiness(System.nanoTime()).ready(),
                addresses.gateway(), addresses.operations(operations.actualPort()), config.kafka().bootstrapServers(),
                addresses.postgresWithoutPassword(), addresses.redis(), addresses.verticles(),
                lag == null ? null : lag.total(), lagReason, Troubles.of(lag));
    }

    private void writeNodeFile(Path data) {
        NodeFile file = new NodeFile(ProcessHandle.current().pid(), addresses.gateway(),
                addresses.operations(operations.actualPort()), config.kafka().bootstrapServers(),
                addresses.postgresForOwner(), config.redis().uri());
        try {
            file.write(data);
            nodeFile = file;
        } catch (IOException e) {
            throw new StartRefused("can't write below " + data + " (--data): " + e.getMessage(), e);
        }
    }

    public int operationsPort() {
        return operations.actualPort();
    }

    public boolean isStopping() {
        return stopping.get();
    }

    /**
     * Takes nothing new, finishes what was taken, leaves; within {@code operations.stop-deadline}.
     *
     * @return false when something had to be left unfinished (it is redelivered after the next start)
     */
    public boolean stop() {
        if (!stopping.compareAndSet(false, true)) {
            return true;
        }
        LOG.info("stopping node={}", config.nodeName());
        health.onStopping();
        Optional.ofNullable(alerts).ifPresent(Alerts::leave);
        Deadline deadline = Deadline.in(config.operations().stopDeadline());
        boolean orderly = Optional.ofNullable(verticles).map(running -> running.undeploy(deadline)).orElse(true);
        if (vertx != null) {
            orderly &= deadline.await("Vert.x", Future.future(done -> vertx.close().onComplete(done)));
        }
        if (admin != null) {
            admin.close(deadline.left());
        }
        meters.close();
        telemetry.close(deadline.left());
        removeNodeFile();
        LOG.info("stopped node={} orderly={}", config.nodeName(), orderly);
        return orderly;
    }

    private void removeNodeFile() {
        try {
            if (nodeFile != null && options.data().isPresent()) {
                nodeFile.remove(options.data().get());
            }
        } catch (IOException e) {
            LOG.warn("node.json is left behind: {}", e.getMessage());
        }
    }
}
