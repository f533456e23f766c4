package dev.sluice.devstack.process;

import dev.sluice.devstack.StackFailure;
import redis.embedded.core.ExecutableProvider;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which Redis to run. */
final class RedisProgram {

    private static final List<String> NAMES = List.of("valkey-server", "redis-server");
    private static final Pattern VERSION = Pattern.compile("\\bv=(\\d{1,4})\\.(\\d{1,4})");
    private static final int OLDEST_MAJOR = 7;
    private static final int OLDEST_MINOR = 2;

    private RedisProgram() {
    }

    static Path find(Path programs) {
        return onPath().orElseGet(() -> bundled(programs));
    }

    private static Optional<Path> onPath() {
        List<Path> folders = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isBlank()).map(Path::of).toList();
        return NAMES.stream().flatMap(name -> folders.stream().map(folder -> folder.resolve(name)))
                .filter(Files::isExecutable).filter(program -> isNewEnough(versionOf(program))).findFirst();
    }

    /** @param text such as {@code Redis server v=7.0.15 sha=00000000:0 ...} */
    static boolean isNewEnough(String text) {
        Matcher version = VERSION.matcher(text);
        if (!version.find()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        return major > OLDEST_MAJOR || major == OLDEST_MAJOR && Integer.parseInt(version.group(2)) >= OLDEST_MINOR;
    }

    private static String versionOf(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "";
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException notRunnable) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static Path bundled(Path programs) {
        try {
            Files.createDirectories(programs);
            Path folder = Files.createTempDirectory(programs, "redis");
            Path unpacked = ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
            Path program = programs.resolve(unpacked.getFileName());
            if (Files.isExecutable(program)) {
                Files.delete(unpacked);
            } else {
                Files.move(unpacked, program, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.delete(folder);
            return program;
        } catch (IOException e) {
            throw new StackFailure("the bundled Redis can't be unpacked into " + programs + ": " + e.getMessage(), e);
        }
    }
}
