package dev.sluice.testing.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What the first run of a program leaves to the later ones: its classes, already read and checked, and from JDK 25 on what
 * the JIT has learnt about their methods. {@code ./sluice} does the same for nodes.
 */
final class LeftBehind {

    private static final int CLASSES = 19;
    private static final int PROFILES = 25;

    private LeftBehind() {
    }

    /** @param name of the program; one that was built anew leaves something of its own */
    static List<String> options(Path folder, String name, String classPath) {
        int version = Runtime.version().feature();
        if (version < CLASSES) {
            return List.of();
        }
        if (version < PROFILES) {
            return List.of("-XX:+AutoCreateSharedArchive", "-Xlog:cds*=off",
                    "-XX:SharedArchiveFile=" + folder.resolve(name + ".jsa"));
        }
        Path cache = folder.resolve(name + "-" + built(classPath) + ".aot");
        return List.of("-Xlog:aot*=off", "-Xlog:cds*=off",
                (Files.exists(cache) ? "-XX:AOTCache=" : "-XX:AOTCacheOutput=") + cache);
    }

    private static String built(String classPath) {
        return Long.toHexString(Arrays.stream(classPath.split(File.pathSeparator)).mapToLong(jar -> new File(jar).lastModified())
                .max().orElse(0));
    }
}
