package dev.sluice.devstack.process;

import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a running stack tells other processes of its user: {@code run/stack.pid}, and once all is ready {@code run/stack.env}. */
public final class StackFiles {

    private final Path pid;
    private final Path addresses;
    private final String ownPid = Long.toString(ProcessHandle.current().pid());

    public StackFiles(Path data) {
        pid = data.toAbsolutePath().resolve("run/stack.pid");
        addresses = data.toAbsolutePath().resolve("run/stack.env");
    }

    public void writePid() {
        try {
            Files.deleteIfExists(addresses);
            Folders.writeSecretly(pid, ownPid + "\n");
        } catch (IOException e) {
            throw new StackFailure("can't write " + pid + ": " + e.getMessage(), e);
        }
    }

    /** The engine's settings, as a shell reads them. */
    public void writeAddresses(Stack stack) {
        try {
            Folders.writeSecretly(addresses, settings(stack).entrySet().stream()
                    .map(setting -> setting.getKey() + "='" + setting.getValue() + "'\n").collect(Collectors.joining()));
        } catch (IOException e) {
            throw new StackFailure("can't write " + addresses + ": " + e.getMessage(), e);
        }
    }

    /** Files of a stack that has come after us stay. */
    public void remove() {
        try {
            if (Files.exists(pid) && Files.readString(pid).strip().equals(ownPid)) {
                Files.deleteIfExists(addresses);
                Files.deleteIfExists(pid);
            }
        } catch (IOException e) {
            throw new StackFailure("can't delete " + pid + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, String> settings(Stack stack) {
        Postgres postgres = stack.postgres();
        return new TreeMap<>(Map.of("SLUICE_KAFKA_BOOTSTRAP_SERVERS", stack.kafka().bootstrapServers(),
                "SLUICE_POSTGRES_HOST", postgres.host(), "SLUICE_POSTGRES_PORT", Integer.toString(postgres.port()),
                "SLUICE_POSTGRES_DATABASE", postgres.database(), "SLUICE_POSTGRES_USER", postgres.user(),
                "SLUICE_POSTGRES_PASSWORD", postgres.password(), "SLUICE_REDIS_URI", stack.redis().uri()));
    }
}
