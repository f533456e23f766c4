package dev.sluice.testing.bench;

import dev.sluice.consumer.HotPath;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@link HotPath} by JMH: what an event costs in memory, in nanoseconds and in bytes that are allocated. */
final class Micro {

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    /** As a node that only consumes has them. */
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xmx160m", "-Xmn80m");
    private static final String COMPACT = "-XX:+UseCompactObjectHeaders";

    private Micro() {
    }

    static List<Result> run() throws RunnerException {
        List<Result> results = new ArrayList<>();
        List<String> options = new ArrayList<>(OPTIONS);
        if (Runtime.version().feature() >= 25) {
            options.add(COMPACT);
        }
        for (RunResult run : new Runner(new OptionsBuilder().include(HotPath.class.getName() + ".*")
                .jvmArgsAppend(options.toArray(new String[0])).addProfiler(GCProfiler.class).verbosity(VerboseMode.SILENT).build()).run()) {
            double nanos = run.getPrimaryResult().getScore();
            double bytes = run.getSecondaryResults().get(ALLOCATED).getScore();
            String name = run.getPrimaryResult().getLabel();
            System.err.printf(Locale.ROOT, "micro      %-14s %8.0f ns %8.0f B an event%n", name, nanos, bytes);
            results.add(new Result("micro", name, false, Map.of("nanosPerEvent", Long.toString(Math.round(nanos)),
                    "bytesPerEvent", Long.toString(Math.round(bytes))), 1e9 / nanos, null, null, null, null, null, null, List.of()));
        }
        return results;
    }
}
