package dev.sluice.testing.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A wall clock that one process alone has, and that can be put forward and back while it runs: by libfaketime, where that
 * is installed. Its monotonic clock goes on as it should.
 */
record MovableClock(Path file) {

    private static final List<String> FOLDERS = List.of("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime",
            "/usr/lib/faketime", "/usr/lib64/faketime");

    static boolean isPossible() {
        return library().isPresent();
    }

    private static Optional<Path> library() {
        return FOLDERS.stream().map(folder -> Path.of(folder, "libfaketimeMT.so.1")).filter(Files::isReadable).findFirst();
    }

    /** What the process needs, from its start. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library().orElseThrow().toString(), "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_DONT_FAKE_MONOTONIC", "1", "FAKETIME_CACHE_DURATION", "1");
    }

    /** Within a second. @param ahead of the real time; negative: behind */
    void set(Duration ahead) throws FaultFailure {
        try {
            Path draft = Files.writeString(file.resolveSibling(file.getFileName() + ".draft"), "%+d%n".formatted(ahead.toSeconds()));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new FaultFailure("can't set the clock by " + file + ": " + e.getMessage(), e);
        }
    }
}
