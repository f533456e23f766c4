package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Who listens on a port; Linux tells it to the same user and to root, elsewhere nobody knows. */
final class PortOwner {

    private static final String LISTENING = "0A";

    private PortOwner() {
    }

    /** @throws StackFailure naming the port, its owner and the setting that chooses another */
    static void requireFree(PartName part, int port) {
        if (!Ports.isFree(port)) {
            String owner = of(port).map(process -> "pid " + process.pid()
                    + process.info().command().map(command -> " (" + command + ")").orElse("")).orElse("another process");
            throw new StackFailure("port " + port + " (" + part.title() + ") is taken by " + owner
                    + "; choose another with " + part.portSetting() + "=...");
        }
    }

    static Optional<ProcessHandle> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            sockets.addAll(listening(Path.of("/proc/net", table), port));
        }
        return sockets.isEmpty() ? Optional.empty()
                : ProcessHandle.allProcesses().filter(process -> holds(process, sockets)).findFirst();
    }

    /** Columns: number, local address:port in hexadecimal, remote, state, ..., inode the tenth. */
    private static Set<String> listening(Path table, int port) {
        String suffix = String.format(":%04X", port);
        Set<String> sockets = new HashSet<>();
        try {
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+");
                if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTENING)) {
                    sockets.add("socket:[" + columns[9] + "]");
                }
            }
        } catch (IOException notLinux) {
            return Set.of();
        }
        return sockets;
    }

    private static boolean holds(ProcessHandle process, Set<String> sockets) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return open.anyMatch(descriptor -> sockets.contains(target(descriptor)));
        } catch (IOException | UncheckedIOException notReadable) {
            return false;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
