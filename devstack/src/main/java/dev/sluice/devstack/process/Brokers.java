package dev.sluice.devstack.process;

import dev.sluice.devstack.Ports;
import dev.sluice.devstack.StackFailure;
import org.apache.kafka.common.Uuid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The brokers of one cluster, all of them controllers, too: which each of them must know of the others.
 *
 * @param id         of the cluster
 * @param ports      of each broker
 * @param controllers ports, of the same brokers
 */
record Brokers(Uuid id, List<Integer> ports, List<Integer> controllers) {

    private static final int MOST_COPIES = 3;

    Brokers {
        ports = List.copyOf(ports);
        controllers = List.copyOf(controllers);
    }

    /** @param first port of the first one; the others get free ones */
    static Brokers of(int count, int first) {
        List<Integer> ports = new ArrayList<>(List.of(first));
        IntStream.range(1, count).forEach(number -> ports.add(Ports.oneFree()));
        return new Brokers(Uuid.randomUuid(), ports, IntStream.range(0, count).mapToObj(number -> Ports.oneFree()).toList());
    }

    int count() {
        return ports.size();
    }

    /** As {@code controller.quorum.voters} has them. */
    String voters() {
        return IntStream.range(0, count()).mapToObj(number -> number + 1 + "@127.0.0.1:" + controllers.get(number))
                .collect(Collectors.joining(","));
    }

    /** Of Kafka's own topics. */
    int copies() {
        return Math.min(MOST_COPIES, count());
    }

    /** A broker of three may be away. */
    int copiesInSync() {
        return Math.max(1, copies() - 1);
    }

    /** Each has a data folder of its own, the first one the stack's. */
    static Folders folders(Folders stack, int number) {
        return number == 0 ? stack : Folders.of(parent(stack).resolve(Integer.toString(number + 1)), stack.programs());
    }

    /** Of an earlier run. */
    static List<Folders> further(Folders stack) {
        try (Stream<Path> folders = Files.isDirectory(parent(stack)) ? Files.list(parent(stack)) : Stream.empty()) {
            return folders.map(folder -> Folders.of(folder, stack.programs())).toList();
        } catch (IOException e) {
            throw new StackFailure("can't read " + parent(stack) + ": " + e.getMessage(), e);
        }
    }

    /** Of all brokers but the first. */
    static Path parent(Folders stack) {
        return stack.data().resolve("brokers");
    }
}
