package dev.sluice.devstack;

import dev.sluice.devstack.process.ProcessStack;
import dev.sluice.devstack.process.StackFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

@Command(name = "up", description = "Runs the stack until it is told to stop (SIGTERM, SIGINT).")
final class UpCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(UpCommand.class);

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "data, logs, programs and run files")
    private Path data;

    @Option(names = "--kafka-port", defaultValue = "19092", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int kafkaPort;

    @Option(names = "--postgres-port", defaultValue = "15432", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int postgresPort;

    @Option(names = "--redis-port", defaultValue = "16379", paramLabel = "N", description = "(default: ${DEFAULT-VALUE})")
    private int redisPort;

    private volatile boolean toldToStop;

    @Override
    public Integer call() throws InterruptedException {
        long began = System.nanoTime();
        ProcessStack stack = new ProcessStack(data, data.resolve("programs"), new Ports(kafkaPort, postgresPort, redisPort));
        StackFiles files = new StackFiles(data);
        Thread hook = new Thread(() -> {
            toldToStop = true;
            Runtime.getRuntime().halt(stop(stack, files) ? 0 : 1);
        }, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            files.writePid();
            stack.start();
            files.writeAddresses(stack);
            LOG.info("stack ready kafka={} postgres={}:{} redis={} millis={}", stack.kafka().bootstrapServers(),
                    stack.postgres().host(), postgresPort, stack.redis().uri(), (System.nanoTime() - began) / 1_000_000);
            PartName ended = stack.firstEnd().join();
            throw new StackFailure(ended.title() + " ended by itself, so the whole stack stops; see its log in " + data.resolve("logs"));
        } catch (StackFailure e) {
            if (toldToStop) {
                hook.join();
            }
            Runtime.getRuntime().removeShutdownHook(hook);
            stop(stack, files);
            throw e;
        }
    }

    private static boolean stop(ProcessStack stack, StackFiles files) {
        try {
            stack.close();
            LOG.info("stack stopped");
            return true;
        } catch (StackFailure e) {
            LOG.error("the stack did not stop cleanly: {}", e.getMessage());
            return false;
        } finally {
            files.remove();
        }
    }
}
