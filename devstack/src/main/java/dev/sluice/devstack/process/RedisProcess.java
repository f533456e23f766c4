package dev.sluice.devstack.process;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Redis or Valkey: the one on the PATH if new enough, else the bundled one. */
final class RedisProcess extends ProcessPart implements Redis {

    private static final Duration START = Duration.ofSeconds(30);

    RedisProcess(Folders folders, int port) {
        super(PartName.REDIS, folders, port);
    }

    @Override
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    void launch() {
        Path folder = folders.of(PartName.REDIS);
        Path configuration;
        try {
            configuration = Files.write(folder.resolve("redis.conf"), List.of("port " + port, "bind 127.0.0.1",
                    "dir \"" + folder + "\"", "daemonize no", "appendonly no", "save 300 1"));
        } catch (IOException e) {
            throw new StackFailure("can't write to " + folder + ": " + e.getMessage(), e);
        }
        child.start(List.of(RedisProgram.find(folders.programs()).toString(), configuration.toString()), Map.of());
        child.awaitAnswer(() -> Answers.redis(this), START);
    }
}
