package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.StackFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process and all that it has started (PostgreSQL serves each connection by a process of its own). */
record ProcessTree(ProcessHandle root, List<ProcessHandle> below) {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessTree.class);
    private static final Duration ORDERLY = Duration.ofSeconds(15);
    private static final Duration FROZEN = Duration.ofSeconds(10);
    private static final Duration KILLED = Duration.ofSeconds(10);
    private static final long PAUSE_NANOS = 20_000_000;

    static ProcessTree of(ProcessHandle root) {
        return new ProcessTree(root, root.descendants().toList());
    }

    /** Orderly, then by SIGKILL. A frozen one is woken first: it could not hear otherwise. */
    void stop(PartName part) {
        signal("CONT");
        send(part.stopSignal(), List.of(root));
        if (!ended(ORDERLY)) {
            LOG.warn("part={} pid={} did not stop within {} s; killed", part.key(), root.pid(), ORDERLY.toSeconds());
            of(root).kill();
        }
    }

    void kill() {
        send("KILL", all());
        if (!ended(KILLED)) {
            throw new StackFailure("process " + root.pid() + " is still there after SIGKILL");
        }
    }

    /** The root hears it first, so that it starts nothing more. */
    void signal(String name) {
        send(name, all());
    }

    /** Returns when not a thread runs any more: on a busy machine a while after the signal. */
    void freeze() {
        signal("STOP");
        if (!within(FROZEN, () -> all().stream().allMatch(ProcessTree::isStill))) {
            throw new StackFailure("process " + root.pid() + " is still running after SIGSTOP");
        }
    }

    private List<ProcessHandle> all() {
        List<ProcessHandle> all = new ArrayList<>(List.of(root));
        all.addAll(below);
        return all;
    }

    private boolean ended(Duration deadline) {
        return within(deadline, () -> all().stream().noneMatch(ProcessTree::isAlive));
    }

    private static boolean within(Duration deadline, BooleanSupplier holds) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    /** A zombie that nobody has collected yet is no longer alive, once its last thread has ended. */
    static boolean isAlive(ProcessHandle process) {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        try (Stream<Path> threads = Files.list(folder.resolve("task"))) {
            String stat = Files.readString(folder.resolve("stat"));
            boolean zombie = stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
            return process.isAlive() && !(zombie && threads.count() <= 1);
        } catch (IOException | UncheckedIOException goneOrNotLinux) {
            return process.isAlive();
        }
    }

    /** Stopped, ended or gone, each thread of it. Where the system does not tell, it is taken for granted. */
    private static boolean isStill(ProcessHandle process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return threads.allMatch(thread -> {
                try {
                    String stat = Files.readString(thread.resolve("stat"));
                    return "TtZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0;
                } catch (IOException gone) {
                    return true;
                }
            });
        } catch (IOException | UncheckedIOException goneOrNotLinux) {
            return true;
        }
    }

    /** By the shell's own {@code kill}, which every machine has. One that has ended meanwhile is no error. */
    private static void send(String signal, List<ProcessHandle> processes) {
        String pids = processes.stream().map(process -> Long.toString(process.pid())).collect(Collectors.joining(" "));
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pids + " 2>/dev/null").start();
            kill.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new StackFailure("can't signal " + Stream.of(pids.split(" ")).toList(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
