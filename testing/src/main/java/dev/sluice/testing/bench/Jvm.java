package dev.sluice.testing.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JVM that is measured, as {@code ./sluice} starts one: with what its version offers, and with what one like it has left
 * behind, its classes, read and checked, and what is worth compiling (JDK 25 and later; before that nobody has anything).
 */
public final class Jvm {

    private static final boolean CAN_LEARN = Runtime.version().feature() >= 25;
    private static final Path OPTIONS = Path.of(System.getProperty("sluice.home", "."), "conf", "jvm.options");

    private Jvm() {
    }

    /** The command up to the class path. @param cache of one program with one set of options */
    public static List<String> command(Path cache, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        if (Runtime.version().feature() >= 25) {
            command.add("-XX:+UseCompactObjectHeaders");
        }
        command.addAll(learned(cache));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }

    /** As {@code ./sluice node} has them. */
    public static List<String> nodeOptions() {
        List<String> options = new ArrayList<>(List.of("@" + OPTIONS));
        String more = System.getenv("SLUICE_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            options.addAll(List.of(more.trim().split(" +")));
        }
        return options;
    }

    /** Each set of options has its own: a JVM whose heap has no room for what another has learned refuses to start. */
    public static Path cache(Path folder, String program, List<String> options) throws IOException {
        return folder.resolve(program + '-' + Integer.toHexString((options + Files.readString(OPTIONS)).hashCode()) + ".aot");
    }

    /** Whether the first process that ends is to leave something: its end takes some ten seconds longer. */
    public static boolean isMissing(Path cache) throws IOException {
        return CAN_LEARN && !isFresh(cache);
    }

    /** Of a process that uses it, or makes it at its end. */
    private static List<String> learned(Path cache) throws IOException {
        return CAN_LEARN ? List.of((isFresh(cache) ? "-XX:AOTCache=" : "-XX:AOTCacheOutput=") + cache, "-Xlog:aot*=off", "-Xlog:cds*=off")
                : List.of();
    }

    /** The JVM refuses one that is older than a jar, and makes no other in its place. */
    private static boolean isFresh(Path cache) throws IOException {
        long made = cache.toFile().lastModified();
        if (Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .anyMatch(jar -> new File(jar).lastModified() > made)) {
            Files.deleteIfExists(cache);
        }
        return Files.exists(cache);
    }
}
