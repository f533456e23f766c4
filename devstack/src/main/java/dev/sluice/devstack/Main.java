package dev.sluice.devstack;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs a stack until it is told to stop (SIGTERM, SIGINT). A server that ends by itself is started again. */
@Command(name = "stack", mixinStandardHelpOptions = true, description = "A real Kafka, PostgreSQL and Redis as child processes.")
public final class Main implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final long LOOK_MILLIS = 1_000;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "data, logs, and DIR/run/stack.env once all answer")
    private Path data;

    @Option(names = "--kafka-port", defaultValue = "19092")
    private int kafkaPort;

    @Option(names = "--postgres-port", defaultValue = "15432")
    private int postgresPort;

    @Option(names = "--redis-port", defaultValue = "16379")
    private int redisPort;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).setExecutionExceptionHandler((error, command, parsed) -> {
            if (!(error instanceof StackFailure)) {
                throw error;
            }
            System.err.println("sluice: " + error.getMessage());
            return 1;
        }).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path environment = data.resolve("run").resolve("stack.env");
        Files.deleteIfExists(environment);
        ProcessStack stack = new ProcessStack(data, kafkaPort, postgresPort, redisPort);
        Thread hook = new Thread(this::awaitStop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            stack.start();
            write(stack, environment);
            LOG.info("all answer: {}", stack.servers());
            while (!stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                stack.servers().stream().filter(server -> !server.isRunning()).forEach(Main::startAgain);
            }
            return 0;
        } finally {
            Files.deleteIfExists(environment);
            stack.stop();
            stopped.countDown();
        }
    }

    /** The process lives on until the servers are down. */
    private void awaitStop() {
        stopping.countDown();
        try {
            stopped.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void startAgain(Server server) {
        LOG.warn("{} has ended and is started again", server.name());
        try {
            server.start();
        } catch (StackFailure e) {
            LOG.error(e.getMessage());
        }
    }

    /** For a shell to read; it holds a password, so its owner alone may. */
    private static void write(Stack stack, Path file) throws IOException {
        String text = stack.environment().entrySet().stream().map(entry -> entry.getKey() + "='" + entry.getValue() + "'\n")
                .collect(Collectors.joining());
        Path draft = file.resolveSibling("stack.env.draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
