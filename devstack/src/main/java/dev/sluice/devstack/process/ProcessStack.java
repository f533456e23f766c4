package dev.sluice.devstack.process;

import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.StackFailure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The stack as child processes of this JVM, over a data folder that is kept. It owns the folder from its construction to
 * {@link #close()}; constructing it ends what an earlier, killed owner has left running.
 */
public final class ProcessStack implements Stack {

    private static final int MOST_AT_ONCE = 20;

    private final FolderLock lock;
    private final List<KafkaProcess> brokers;
    private final PostgresProcess postgres;
    private final RedisProcess redis;

    /**
     * @param programs where programs are unpacked, once; may be shared between stacks
     * @throws StackFailure when another stack runs over the folder
     */
    public ProcessStack(Path data, Path programs, Ports ports) {
        this(Folders.of(data, programs), ports);
    }

    private ProcessStack(Folders folders, Ports ports) {
        this(folders, FolderLock.take(folders.run())
                .orElseThrow(() -> new StackFailure("another stack runs over " + folders.data())), ports, List.of(List.of()));
    }

    private ProcessStack(Folders folders, FolderLock lock, Ports ports, List<List<Listener>> listeners) {
        this.lock = lock;
        Orphans.end(folders);
        Brokers cluster = Brokers.of(listeners.size(), ports.kafka());
        brokers = IntStream.range(0, cluster.count())
                .mapToObj(number -> new KafkaProcess(Brokers.folders(folders, number), cluster, number, listeners.get(number))).toList();
        postgres = new PostgresProcess(folders, ports.postgres());
        redis = new RedisProcess(folders, ports.redis());
    }

    /**
     * An empty stack on free ports, over the first folder of {@code parent} that no living stack has. What killed ones left
     * there, data and processes, is gone.
     */
    public static ProcessStack empty(Path parent, Path programs) {
        return empty(parent, programs, List.of(List.of()));
    }

    /** The same, with more ways into Kafka. @param listeners for each broker: as many brokers are started */
    public static ProcessStack empty(Path parent, Path programs, List<List<Listener>> listeners) {
        for (int number = 1; number <= MOST_AT_ONCE; number++) {
            Folders folders = Folders.of(parent.resolve(Integer.toString(number)), programs);
            Optional<FolderLock> lock = FolderLock.take(folders.run());
            if (lock.isPresent()) {
                Orphans.end(folders);
                folders.empty();
                return new ProcessStack(folders, lock.get(), Ports.free(), listeners);
            }
        }
        throw new StackFailure("more than " + MOST_AT_ONCE + " stacks run over " + parent);
    }

    /** Ends what a killed owner of the folder has left running. @return how many processes; 0 also while its owner lives */
    public static int endOrphans(Path data) {
        Folders folders = Folders.of(data, data);
        return FolderLock.take(folders.run()).map(held -> {
            try (FolderLock lock = held) {
                return lock.lock().isValid() ? Orphans.end(folders) : 0;
            }
        }).orElse(0);
    }

    /** All of it side by side. @throws StackFailure when one of them can't start; the others are stopped then */
    public void start() {
        try {
            start(EnumSet.allOf(PartName.class));
        } catch (StackFailure e) {
            close();
            throw e;
        }
    }

    @Override
    public void start(Collection<PartName> wanted) {
        atOnce(all().stream().filter(part -> wanted.contains(part.name())).toList(), ProcessPart::start);
    }

    /** Tells the first part that ends, whoever ended it. */
    public CompletableFuture<PartName> firstEnd() {
        CompletableFuture<PartName> first = new CompletableFuture<>();
        all().forEach(part -> part.onExit().thenRun(() -> first.complete(part.name())));
        return first;
    }

    @Override
    public Kafka kafka() {
        return brokers.get(0);
    }

    @Override
    public List<Kafka> brokers() {
        return List.copyOf(brokers);
    }

    @Override
    public Postgres postgres() {
        return postgres;
    }

    @Override
    public Redis redis() {
        return redis;
    }

    /** Also while it starts: then the start fails. */
    @Override
    public void close() {
        try {
            atOnce(all(), ProcessPart::close);
        } finally {
            lock.close();
        }
    }

    private List<ProcessPart> all() {
        List<ProcessPart> all = new ArrayList<>(List.of(postgres, redis));
        all.addAll(brokers);
        return all;
    }

    /** Waits for every one, then throws the first failure. */
    private static void atOnce(List<ProcessPart> parts, Consumer<ProcessPart> action) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            CompletableFuture.allOf(parts.stream().map(part -> CompletableFuture.runAsync(() -> action.accept(part), threads))
                    .toArray(CompletableFuture<?>[]::new)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StackFailure failure) {
                throw new StackFailure(failure.getMessage(), failure);
            }
            throw e;
        } finally {
            threads.shutdown();
        }
    }
}
