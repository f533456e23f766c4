package dev.sluice.testing.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a JVM leaves behind for the next of its kind, as {@code ./sluice} has it: its classes, read and checked, and what is
 * worth compiling (JDK 25 and later; before that nobody has anything).
 */
final class Learned {

    private static final boolean POSSIBLE = Runtime.version().feature() >= 25;

    private Learned() {
    }

    /** Whether the first process that ends is to leave something: its end takes some ten seconds longer. */
    static boolean isMissing(Path cache) throws IOException {
        return POSSIBLE && !isFresh(cache);
    }

    /** Of a process that uses it, or makes it at its end. @param cache of one program with one set of options */
    static List<String> flags(Path cache) throws IOException {
        return POSSIBLE ? List.of((isFresh(cache) ? "-XX:AOTCache=" : "-XX:AOTCacheOutput=") + cache, "-Xlog:aot*=off", "-Xlog:cds*=off")
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
