package dev.sluice.testing.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process and its children have used, from Linux's {@code /proc}. */
public final class ProcessUsage {

    /** Clock ticks in a second, the same on every Linux in use. */
    private static final double TICKS = 100;

    private ProcessUsage() {
    }

    /** CPU seconds of the process, its living descendants, and those of theirs that have ended. */
    public static double cpuSeconds(long pid) {
        double own = ticks(pid) / TICKS;
        return own + ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants)
                .mapToDouble(child -> ticks(child.pid()) / TICKS).sum();
    }

    /** Most memory that the process itself has had resident. */
    public static double peakRssMiB(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0) / 1024.0;
        } catch (IOException ended) {
            throw new IllegalStateException("process " + pid + " has ended", ended);
        }
    }

    /** User and system time, and that of children that were waited for: fields 14 to 17 of {@code stat}. */
    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]) + Long.parseLong(fields[13])
                    + Long.parseLong(fields[14]);
        } catch (IOException ended) {
            return 0;
        }
    }
}
