package dev.sluice.devstack;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** The three as child processes over one folder, which it holds alone. */
public final class ProcessStack implements Stack {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessStack.class);

    private final Path folder;
    private final Children children;
    private final KafkaServer kafka;
    private final PostgresServer postgres;
    private final RedisServer redis;
    /** Held open from the first start to the stop: its lock is what holds the folder. */
    private FileChannel lockFile;

    /** @param folder data, logs, and what runs */
    public ProcessStack(Path folder, int kafkaPort, int postgresPort, int redisPort) {
        this.folder = folder.toAbsolutePath().normalize();
        this.children = new Children(this.folder);
        this.kafka = new KafkaServer(this.folder, kafkaPort, Ports.free(), children);
        this.postgres = new PostgresServer(this.folder, postgresPort, children);
        this.redis = new RedisServer(this.folder, redisPort, children);
    }

    public static ProcessStack onFreePorts(Path folder) {
        return new ProcessStack(folder, Ports.free(), Ports.free(), Ports.free());
    }

    @Override
    public void start() {
        if (lockFile == null) {
            hold();
        }
        for (Server server : servers()) {
            if (!server.isRunning()) {
                Ports.requireFree(server.name(), server.port(), "SLUICE_STACK_" + server.name().toUpperCase(Locale.ROOT) + "_PORT");
            }
        }
        sideBySide(Server::start);
    }

    /** The folder is ours, and what an earlier holder left running is ended. */
    private void hold() {
        try {
            Files.createDirectories(folder.resolve("run"));
            FileChannel file = FileChannel.open(folder.resolve("run").resolve("stack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (file.tryLock() == null) {
                throw new StackFailure("another stack runs over " + folder);
            }
            lockFile = file;
            List<String> ended = children.endOrphans();
            if (!ended.isEmpty()) {
                LOG.warn("ended what an earlier stack had left behind: {}", String.join(", ", ended));
            }
        } catch (OverlappingFileLockException e) {
            throw new StackFailure("this process runs a stack over " + folder + " already", e);
        } catch (IOException e) {
            throw new StackFailure("can't write to " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void stop() {
        sideBySide(Server::stop);
        try {
            children.forget();
            if (lockFile != null) {
                lockFile.close();
                lockFile = null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sideBySide(Consumer<Server> step) {
        try {
            CompletableFuture.allOf(servers().stream().map(server -> CompletableFuture.runAsync(() -> step.accept(server), work ->
                    new Thread(work, server.name()).start())).toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StackFailure failure ? failure : e;
        }
    }

    List<Server> servers() {
        return List.of(kafka, postgres, redis);
    }

    @Override
    public Server kafka() {
        return kafka;
    }

    @Override
    public Server postgres() {
        return postgres;
    }

    @Override
    public Server redis() {
        return redis;
    }
}
