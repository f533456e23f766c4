package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.StackFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Ends what an earlier stack over the same folder has left behind. Only for the holder of the {@link FolderLock}.
 *
 * <p>A pid alone proves nothing, since the kernel uses it again. A process is ours if it began no later than the file that
 * names it (it wrote the file itself, so whatever got the pid afterwards is younger), runs one of our programs, and was
 * given our folder (a copy of the folder names the processes of the original).
 */
final class Orphans {

    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
    /** The kernel tells starting times by a clock of its own. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(2);

    private Orphans() {
    }

    /** Those of further brokers, too. @return how many there were */
    static int end(Folders folders) {
        int ended = Brokers.further(folders).stream().mapToInt(Orphans::end).sum();
        for (PartName part : PartName.values()) {
            Path file = folders.pidFile(part);
            Optional<ProcessHandle> orphan = of(file, part, folders)
                    .or(() -> of(folders.of(part).resolve("data/postmaster.pid"), part, folders));
            if (orphan.isPresent()) {
                LOG.info("part={} pid={} is left from an earlier run; ending it", part.key(), orphan.get().pid());
                ProcessTree.of(orphan.get()).stop(part);
                ended++;
            }
            delete(file);
        }
        return ended;
    }

    private static Optional<ProcessHandle> of(Path file, PartName part, Folders folders) {
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            String pid = Files.readString(file).lines().findFirst().orElse("").strip();
            Instant written = Files.getLastModifiedTime(file).toInstant().plus(CLOCKS_APART);
            return pid.matches("\\d{1,18}") ? ProcessHandle.of(Long.parseLong(pid)).filter(ProcessTree::isAlive)
                    .filter(process -> process.info().startInstant().map(start -> !start.isAfter(written)).orElse(false))
                    .filter(process -> runs(process, part) && isGiven(process, folders.of(part))) : Optional.empty();
        } catch (IOException e) {
            throw new StackFailure("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    private static boolean runs(ProcessHandle process, PartName part) {
        String program = process.info().command().map(command -> Path.of(command).getFileName().toString()).orElse("");
        return switch (part) {
            case KAFKA -> program.startsWith("java");
            case POSTGRES -> program.equals("postgres") || program.equals("initdb");
            case REDIS -> program.startsWith("redis-") || program.startsWith("valkey-");
        };
    }

    private static boolean isGiven(ProcessHandle process, Path folder) {
        return process.info().arguments().map(List::of).orElse(List.of()).stream()
                .anyMatch(argument -> argument.startsWith(folder + "/"));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StackFailure("can't delete " + file, e);
        }
    }
}
