package dev.sluice.engine;

import dev.sluice.engine.config.Configuration;
import dev.sluice.engine.deploy.Deployment;
import dev.sluice.engine.deploy.NodeOptions;
import dev.sluice.engine.deploy.RunPlan;
import dev.sluice.engine.logs.Logs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

@Command(name = "node", mixinStandardHelpOptions = true, description = "Runs verticles until it is told to stop (SIGTERM, SIGINT).")
final class NodeCommand implements Callable<Integer> {

    @Option(names = "--run", defaultValue = "all", paramLabel = "WHAT",
            description = "all, or consumer=2,gateway=1,dlq-router=1,lag-monitor=1 (default: ${DEFAULT-VALUE})")
    private String run;

    @Option(names = "--cluster", description = "join the nodes of cluster.members")
    private boolean cluster;

    @Option(names = "--unsafe", description = "accept a PostgreSQL that can lose what it has committed")
    private boolean unsafe;

    @Option(names = "--leave", description = "leave the consumer groups at the stop, for good: the partitions move at once (consumer.membership=left)")
    private boolean leave;

    @Option(names = "--data", paramLabel = "DIR", description = "writes DIR/run/node.json for status and publish (default: $SLUICE_DATA, else none)")
    private Path data;

    @Mixin
    private ConfigurationOptions options;

    @Override
    public Integer call() throws InterruptedException {
        Configuration configuration = leave ? options.load("consumer.membership=left") : options.load();
        RunPlan plan = RunPlan.parse(run);
        Logs.apply(configuration.settings().operations().logLevel(), configuration.settings().operations().logFormat(),
                configuration.settings().nodeName());
        Deployment deployment =
                new Deployment(configuration, plan, new NodeOptions(cluster, unsafe, dataFolder()));
        Thread hook = new Thread(() -> Runtime.getRuntime().halt(deployment.stop() ? 0 : 1), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            deployment.start();
        } catch (RuntimeException e) {
            return onStartFailed(deployment, hook, e);
        }
        new CountDownLatch(1).await();
        return 0;
    }

    private Optional<Path> dataFolder() {
        return Optional.ofNullable(data).or(() -> Optional.ofNullable(System.getenv("SLUICE_DATA")).map(Path::of));
    }

    /** A stop that was asked for during the start is no failure: the hook ends the process. */
    private static int onStartFailed(Deployment deployment, Thread hook, RuntimeException failure) throws InterruptedException {
        if (deployment.isStopping()) {
            hook.join();
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        deployment.stop();
        throw failure;
    }
}
