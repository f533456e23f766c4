package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A process of ours for one part. It writes its pid into {@code run/PART.pid} itself, before it becomes the program, so
 * that whoever comes after us finds it even if we are killed in the very moment of starting it ({@link Orphans}).
 */
final class Child {

    private static final String WRITE_PID_AND_BECOME = "echo $$ >\"$0\" && exec \"$@\"";
    private static final long LOG_LIMIT = 10_000_000;
    private static final int LOG_END = 4_000;
    private static final int LINES_SHOWN = 5;
    private static final Duration COLLECTED = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(30);

    private final PartName part;
    private final Folders folders;
    /** Null before the first start; ended or running afterwards. */
    private Process process;
    /** Once true no process is started any more. */
    private boolean closed;

    Child(PartName part, Folders folders) {
        this.part = part;
        this.folders = folders;
    }

    /** @throws StackFailure when the part was told to end for good */
    synchronized void start(List<String> command, Map<String, String> environment) {
        if (closed) {
            throw new StackFailure(part.title() + " was told to stop while it started");
        }
        List<String> shell = new ArrayList<>(List.of("sh", "-c", WRITE_PID_AND_BECOME, folders.pidFile(part).toString()));
        shell.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(shell).directory(folders.of(part).toFile()).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        try {
            Path log = folders.log(part);
            if (Files.exists(log) && Files.size(log) > LOG_LIMIT) {
                Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            process = builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new StackFailure(part.title() + " can't be started: " + e.getMessage(), e);
        }
    }

    synchronized Process process() {
        if (process == null) {
            throw new StackFailure(part.title() + " was never started");
        }
        return process;
    }

    synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Runs a command to its end. */
    void run(List<String> command, Map<String, String> environment, Duration deadline) {
        start(command, environment);
        try {
            if (!process().waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StackFailure(part.title() + " was not prepared within " + deadline.toSeconds() + " s" + seeLog());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackFailure("interrupted while " + part.title() + " was prepared", e);
        }
        if (process().exitValue() != 0) {
            throw new StackFailure(part.title() + " could not be prepared (exit status " + process().exitValue() + ")" + seeLog());
        }
    }

    /** Asks again and again until it answers, has ended or the deadline is over. */
    void awaitAnswer(BooleanSupplier answers, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        try {
            while (!answers.getAsBoolean()) {
                if (process().waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new StackFailure(part.title() + " ended while it started (exit status " + process().exitValue() + ")" + seeLog());
                }
                if (System.nanoTime() > end) {
                    throw new StackFailure(part.title() + " doesn't answer after " + deadline.toSeconds() + " s" + seeLog());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackFailure("interrupted while " + part.title() + " started", e);
        }
    }

    void stop() {
        if (isRunning()) {
            ProcessTree.of(process().toHandle()).stop(part);
            awaitCollected();
        }
        removePidFile();
    }

    void kill() {
        ProcessTree.of(process().toHandle()).kill();
        awaitCollected();
    }

    /** Stops it; from now on nothing is started any more. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        stop();
    }

    /** Returns when nothing of it runs any more. */
    void freeze() {
        ProcessTree.of(process().toHandle()).freeze();
    }

    void signal(String name) {
        ProcessTree.of(process().toHandle()).signal(name);
    }

    /** Until this JVM knows of the end; it hears of it a moment later than others. */
    private void awaitCollected() {
        try {
            if (!process().waitFor(COLLECTED.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StackFailure(part.title() + " (pid " + process().pid() + ") doesn't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void removePidFile() {
        try {
            Files.deleteIfExists(folders.pidFile(part));
        } catch (IOException e) {
            throw new StackFailure("can't delete " + folders.pidFile(part), e);
        }
    }

    /** And how it ends: the next start may find no log, or the reader may have none of this machine's files. */
    private String seeLog() {
        return "; see " + folders.log(part) + lastLines();
    }

    private String lastLines() {
        try (RandomAccessFile log = new RandomAccessFile(folders.log(part).toFile(), "r")) {
            log.seek(Math.max(0, log.length() - LOG_END));
            byte[] end = new byte[(int) (log.length() - log.getFilePointer())];
            log.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
            return lines.isEmpty() ? "" : ", which ends with:\n  "
                    + String.join("\n  ", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        } catch (IOException unreadable) {
            return "";
        }
    }
}
