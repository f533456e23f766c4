package dev.sluice.devstack.process;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Redis or Valkey: the one on the PATH if new enough, else the bundled one. */
final class RedisProcess extends ProcessPart implements Redis {

    private static final Duration START = Duration.ofSeconds(30);

    private final List<String> more;
    private final List<String> arguments;

    RedisProcess(Folders folders, int port) {
        this(folders, port, List.of("set-proc-title no", "appendonly no", "save 300 1"), List.of());
    }

    /** @param more lines of its configuration @param arguments behind the name of that file */
    RedisProcess(Folders folders, int port, List<String> more, List<String> arguments) {
        super(PartName.REDIS, folders, port);
        this.more = List.copyOf(more);
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    void launch() {
        Path folder = folders.of(PartName.REDIS);
        Path configuration = folder.resolve("redis.conf");
        List<String> lines = new ArrayList<>(List.of("port " + port, "bind 127.0.0.1", "dir \"" + folder + "\"",
                "daemonize no"));
        lines.addAll(more);
        try {
            if (arguments.isEmpty() || !Files.exists(configuration)) { // a sentinel keeps what it has learnt there
                Files.write(configuration, lines);
            }
        } catch (IOException e) {
            throw new StackFailure("can't write to " + folder + ": " + e.getMessage(), e);
        }
        List<String> command = new ArrayList<>(List.of(RedisProgram.find(folders.programs()).toString(), configuration.toString()));
        command.addAll(arguments);
        child.start(command, Map.of());
        child.awaitAnswer(() -> Answers.redis(this), START);
    }
}
