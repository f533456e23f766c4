package dev.sluice.devstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which processes were started over a folder, so that those left behind by a parent that was killed can be ended by the
 * next one. A process is known by its number and the moment it started: numbers are used again.
 */
final class Children {

    private final Path file;

    Children(Path folder) {
        this.file = folder.resolve("run").resolve("children");
    }

    synchronized void onStarted(String name, ProcessHandle process) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, process.pid() + " " + startOf(process) + " " + name + System.lineSeparator(),
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Ends what still runs. @return names, for the log */
    synchronized List<String> endOrphans() throws IOException {
        List<String> ended = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ", 3);
                Optional<ProcessHandle> process = words.length == 3 && words[0].matches("[0-9]{1,18}")
                        ? ProcessHandle.of(Long.parseLong(words[0])) : Optional.empty();
                if (process.isPresent() && Long.toString(startOf(process.get())).equals(words[1])) {
                    Processes.kill(process.get());
                    ended.add(words[2] + " (pid " + words[0] + ")");
                }
            }
            Files.delete(file);
        }
        return ended;
    }

    /** Nothing of it runs any more. */
    synchronized void forget() throws IOException {
        Files.deleteIfExists(file);
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(instant -> instant.toEpochMilli()).orElse(0L);
    }
}
