package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A pid file never costs a stranger its life. The processes here are sleepers under the name of a Redis. */
@Timeout(60)
class OrphansTest {

    @TempDir
    Path data;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void shouldEndWhatRunsOverTheFolder() throws Exception {
        Folders folders = Folders.of(data, data);
        Process left = sleeper("redis-server", folders.of(PartName.REDIS).resolve("redis.conf"));
        Files.writeString(folders.pidFile(PartName.REDIS), left.pid() + "\n");

        assertThat(Orphans.end(folders)).isEqualTo(1);

        assertThat(left.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(folders.pidFile(PartName.REDIS)).doesNotExist();
    }

    @Test
    void shouldSpareAYoungerProcessThatGotThePid() throws Exception {
        Folders folders = Folders.of(data, data);
        Process stranger = sleeper("redis-server", folders.of(PartName.REDIS).resolve("redis.conf"));
        Path file = Files.writeString(folders.pidFile(PartName.REDIS), stranger.pid() + "\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));

        assertThat(Orphans.end(folders)).isZero();
        assertThat(stranger.isAlive()).isTrue();
    }

    @Test
    void shouldSpareAnotherProgramAndAnotherFolder() throws Exception {
        Folders folders = Folders.of(data, data);
        Process otherProgram = sleeper("sleeper", folders.of(PartName.REDIS).resolve("redis.conf"));
        Process otherFolder = sleeper("redis-server", Path.of("/elsewhere/redis/redis.conf"));
        for (Process stranger : List.of(otherProgram, otherFolder)) {
            Files.writeString(folders.pidFile(PartName.REDIS), stranger.pid() + "\n");

            assertThat(Orphans.end(folders)).isZero();
            assertThat(stranger.isAlive()).isTrue();
        }
    }

    /** The shell under another name, with an argument to be known by. */
    private Process sleeper(String name, Path argument) throws IOException {
        Path program = data.resolve(name);
        if (!Files.exists(program)) {
            Files.copy(Path.of("/bin/sh").toRealPath(), program);
        }
        Process process = new ProcessBuilder(program.toString(), "-c", "read forever", "sh", argument.toString()).start();
        started.add(process);
        return process;
    }
}
