package dev.sluice.engine;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code ./sluice}, and in a container {@code deploy/node.sh}, give the JVM of a node: the commands themselves, in a home
 * of their own, with a Java that prints its arguments.
 */
@Timeout(30)
class LauncherTest {

    private static final String RECORDS = "-XX:AOTCacheOutput=";
    private static final String USES = "-XX:AOTCache=";

    @TempDir
    Path home;
    private Path run;
    private Path jar;

    @BeforeEach
    void build() throws IOException {
        run = home.resolve(".sluice/run");
        Files.createDirectories(home.resolve("conf"));
        Files.copy(Path.of("..", "sluice"), home.resolve("sluice"));
        for (String file : List.of("jvm.options", "jvm.sh")) {
            Files.copy(Path.of("..", "conf", file), home.resolve("conf").resolve(file));
            age(home.resolve("conf").resolve(file), 60);
        }
        jar = Files.createDirectories(home.resolve("engine/target")).resolve("engine-1.jar");
        write(jar, 30);
    }

    @Test
    void shouldHaveTheFirstNodeRecordWhatItsJvmLearns() throws Exception {
        List<String> arguments = node(25, "");

        assertThat(valueOf(RECORDS, arguments)).startsWith(run + "/node-25-").endsWith("-%p.aot");
        assertThat(arguments).contains("-XX:+VerifySharedSpaces").doesNotContain("-XX:+AutoCreateSharedArchive")
                .noneMatch(argument -> argument.startsWith(USES));
    }

    @Test
    void shouldUseWhatANodeThatHasEndedLeft() throws Exception {
        Path recording = recordingOf(endedPid());
        write(recording, 20);

        String cache = valueOf(USES, node(25, ""));

        assertThat(cache).isEqualTo(recording.toString().replaceFirst("-pid\\d+", ""));
        assertThat(Path.of(cache)).exists();
        assertThat(recording).doesNotExist();
        assertThat(node(25, "")).contains(USES + cache).noneMatch(argument -> argument.startsWith(RECORDS));
    }

    /** It may be half written. */
    @Test
    void shouldLeaveWhatALivingNodeWrites() throws Exception {
        Path recording = recordingOf(ProcessHandle.current().pid());
        write(recording, 20);

        assertThat(node(25, "")).anyMatch(argument -> argument.startsWith(RECORDS)).noneMatch(argument -> argument.startsWith(USES));
        assertThat(recording).exists();
    }

    @Test
    void shouldForgetWhatIsOlderThanAJar() throws Exception {
        Path recording = recordingOf(endedPid());
        write(recording, 20);
        Path cache = Path.of(valueOf(USES, node(25, "")));
        Path anotherNodes = run.resolve("node-25-1-pid" + endedPid() + ".aot");
        write(anotherNodes, 20);

        age(jar, 10);

        assertThat(node(25, "")).anyMatch(argument -> argument.startsWith(RECORDS)).noneMatch(argument -> argument.startsWith(USES));
        assertThat(cache).doesNotExist();
        assertThat(anotherNodes).doesNotExist();
    }

    @Test
    void shouldForgetWhatIsOlderThanAHandlersJar() throws Exception {
        write(recordingOf(endedPid()), 20);
        Path cache = Path.of(valueOf(USES, node(25, "")));

        write(Files.createDirectories(home.resolve("plugins")).resolve("handler.jar"), 10);

        assertThat(node(25, "")).noneMatch(argument -> argument.startsWith(USES));
        assertThat(cache).doesNotExist();
    }

    /** A JVM whose heap has no room for it refuses to start. */
    @Test
    void shouldNotUseWhatAJvmWithOtherOptionsHasLearned() throws Exception {
        write(recordingOf(endedPid()), 20);
        String cache = valueOf(USES, node(25, ""));

        List<String> other = node(25, "-Xmx2g");

        assertThat(other).contains("-Xmx2g").noneMatch(argument -> argument.startsWith(USES));
        assertThat(valueOf(RECORDS, other)).doesNotStartWith(cache.replaceFirst("\\.aot$", ""));
        assertThat(node(25, "")).contains(USES + cache);
    }

    /** Nodes that ran side by side have recorded the same. */
    @Test
    void shouldKeepOneOfSeveralRecordings() throws Exception {
        Path first = recordingOf(endedPid());
        write(first, 20);
        write(Path.of(first.toString().replaceFirst("-pid\\d+", "-pid" + endedPid())), 20);
        String cache = valueOf(USES, node(25, ""));
        Files.writeString(first, "later");

        assertThat(node(25, "")).contains(USES + cache);
        assertThat(caches()).containsExactly(Path.of(cache));
        assertThat(Path.of(cache)).hasContent("something");
    }

    /** Each has some 90 MB. */
    @Test
    void shouldKeepTheThreeThatWereUsedLast() throws Exception {
        write(recordingOf(endedPid()), 20);
        Path used = Path.of(valueOf(USES, node(25, "")));
        lastUsed(used, 9);
        List<Path> others = List.of(run.resolve("node-25-1.aot"), run.resolve("node-25-2.aot"), run.resolve("node-25-3.aot"));
        for (int i = 0; i < others.size(); i++) {
            write(others.get(i), 20);
            lastUsed(others.get(i), i + 1);
        }

        assertThat(node(25, "")).contains(USES + used);

        assertThat(caches()).containsExactlyInAnyOrder(used, others.get(0), others.get(1));
    }

    @Test
    void shouldGiveAnOlderJvmWhatItKnows() throws Exception {
        assertThat(node(17, "")).noneMatch(argument -> argument.matches(".*(AOT|SharedArchive|SharedSpaces|aot|cds|CompactObject|enable-native).*"));
        assertThat(node(21, "")).contains("-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile=" + run.resolve("node-21.jsa"))
                .noneMatch(argument -> argument.matches(".*(AOT|aot|CompactObject|enable-native).*"));
        assertThat(node(25, "")).contains("-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void shouldGiveTheJvmInAContainerWhatItKnows() throws Exception {
        String options = "@" + home.resolve("conf/jvm.options");
        assertThat(container(25)).containsExactly("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseCompactObjectHeaders", options, "-Xmx1g", "-XX:+UseParallelGC", "-cp",
                home.resolve("lib/*") + ":" + home.resolve("plugins/*"), "dev.sluice.engine.Main", "node", "--run", "all");
        assertThat(container(21)).startsWith(options, "-Xmx1g");
        assertThat(container(0)).as("a Java that does not tell its version").startsWith(options, "-Xmx1g");
    }

    /** A recording makes a process end late. */
    @Test
    void shouldHaveNoCommandButANodeRecord() throws Exception {
        assertThat(sluice(25, "", "config")).noneMatch(argument -> argument.contains("AOT"));
    }

    private List<String> node(int version, String options) throws Exception {
        return sluice(version, options, "node", "--run", "all");
    }

    private List<String> sluice(int version, String options, String... command) throws Exception {
        return arguments(version, options, "bash", home.resolve("sluice").toString(), command);
    }

    private List<String> container(int version) throws Exception {
        return arguments(version, "-Xmx1g -XX:+UseParallelGC", "sh", Path.of("..", "deploy", "node.sh").toString(), "node", "--run", "all");
    }

    /** @return what Java was given */
    private List<String> arguments(int version, String options, String shell, String script, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(shell, script).redirectErrorStream(true);
        builder.command().addAll(List.of(command));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(variable -> variable.startsWith("SLUICE_"));
        Path jdk = jdk(version);
        environment.putAll(Map.of("JAVA_HOME", jdk.toString(), "PATH", jdk.resolve("bin") + ":" + System.getenv("PATH"),
                "SLUICE_HOME", home.toString(), "SLUICE_JAVA_OPTS", options, "SLUICE_CLUSTER_HOST", "127.0.0.1"));
        Process process = builder.start();
        List<String> arguments = new String(process.getInputStream().readAllBytes()).lines().toList();
        assertThat(process.waitFor()).as(arguments.toString()).isZero();
        assertThat(arguments).contains("dev.sluice.engine.Main");
        return arguments;
    }

    private Path jdk(int version) throws IOException {
        Path bin = Files.createDirectories(home.resolve("jdk-" + version + "/bin"));
        for (String program : List.of("java", "javac")) {
            Files.writeString(bin.resolve(program), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
            assertThat(bin.resolve(program).toFile().setExecutable(true)).isTrue();
        }
        if (version > 0) {
            Files.writeString(bin.resolveSibling("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
        }
        return bin.getParent();
    }

    /** Where a JVM of that process would leave it. */
    private Path recordingOf(long pid) throws Exception {
        return Path.of(valueOf(RECORDS, node(25, "")).replace("%p", "pid" + pid));
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            return files.toList();
        }
    }

    private static void lastUsed(Path cache, int daysAgo) throws IOException {
        Files.getFileAttributeView(cache, BasicFileAttributeView.class)
                .setTimes(null, FileTime.from(Instant.now().minus(Duration.ofDays(daysAgo))), null);
    }

    private static String valueOf(String option, List<String> arguments) {
        return arguments.stream().filter(argument -> argument.startsWith(option)).findFirst().orElseThrow().substring(option.length());
    }

    private static long endedPid() throws Exception {
        Process process = new ProcessBuilder("true").start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.pid();
    }

    private static void write(Path file, int minutesAgo) throws IOException {
        Files.writeString(file, "something");
        age(file, minutesAgo);
    }

    private static void age(Path file, int minutesAgo) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofMinutes(minutesAgo))));
    }
}
