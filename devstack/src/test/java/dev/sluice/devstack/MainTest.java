package dev.sluice.devstack;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The stack as a process: its run files, its end, and what is left when it is killed. */
@Timeout(180)
class MainTest {

    private final Ports ports = Ports.free();

    @TempDir
    Path data;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatRuns() throws Exception {
        started.forEach(Process::destroyForcibly);
        assertThat(start("clean").waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldTellItsAddressesAndLeaveNothingWhenTerminated() throws Exception {
        Process up = up();
        Path addresses = data.resolve("run/stack.env");
        assertThat(Files.getPosixFilePermissions(addresses)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.readString(addresses)).contains("SLUICE_KAFKA_BOOTSTRAP_SERVERS='127.0.0.1:" + ports.kafka() + "'",
                "SLUICE_POSTGRES_PORT='" + ports.postgres() + "'", "SLUICE_REDIS_URI='redis://127.0.0.1:" + ports.redis() + "'");
        assertThat(Files.readString(data.resolve("run/stack.pid")).strip()).isEqualTo(Long.toString(up.pid()));
        List<ProcessHandle> children = up.descendants().toList();

        up.destroy();

        assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).as(output()).isZero();
        assertThat(children).hasSizeGreaterThan(3).noneMatch(ProcessHandle::isAlive);
        assertThat(runFiles()).containsExactly("stack.lock");
    }

    @Test
    void shouldEndWhatAKilledOneHasLeftAndStartOverItsData() throws Exception {
        Process killed = up();
        List<ProcessHandle> orphans = killed.descendants().toList();
        killed.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertThat(orphans.stream().filter(ProcessHandle::isAlive)).as("left behind").hasSizeGreaterThan(3);
        Files.delete(data.resolve("run/stack.env"));

        Process next = up();

        assertThat(output()).contains("part=kafka", "part=postgres", "part=redis", "is left from an earlier run");
        assertThat(orphans).noneMatch(ProcessHandle::isAlive);
        next.destroy();
        assertThat(next.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(runFiles()).containsExactly("stack.lock");
    }

    @Test
    void shouldLeaveNothingWhenTerminatedWhileItStarts() throws Exception {
        Process up = start("up", "--kafka-port", "" + ports.kafka(), "--postgres-port", "" + ports.postgres(),
                "--redis-port", "" + ports.redis());
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(data.resolve("run/kafka.pid")));
        List<ProcessHandle> children = up.descendants().toList();

        up.destroy();

        assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).as(output()).isZero();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(runFiles()).containsExactly("stack.lock");
    }

    @Test
    void shouldEndAsAWholeWhenAPartEnds() throws Exception {
        Process up = up();
        List<ProcessHandle> children = up.descendants().toList();

        ProcessHandle.of(Long.parseLong(Files.readString(data.resolve("run/redis.pid")).strip())).orElseThrow().destroyForcibly();

        assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isEqualTo(1);
        assertThat(output()).contains("sluice: Redis ended by itself");
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    private Process up() throws IOException {
        Process up = start("up", "--kafka-port", "" + ports.kafka(), "--postgres-port", "" + ports.postgres(),
                "--redis-port", "" + ports.redis());
        await().atMost(Duration.ofSeconds(90)).until(() -> !up.isAlive() || Files.exists(data.resolve("run/stack.env")));
        assertThat(up.isAlive()).as(output()).isTrue();
        return up;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "dev.sluice.devstack.Main"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(data.resolve("output.txt").toFile())).start();
        started.add(process);
        return process;
    }

    private String output() throws IOException {
        return Files.readString(data.resolve("output.txt"));
    }

    private List<String> runFiles() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("run"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
