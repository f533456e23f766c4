package dev.sluice.testing.bench;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A subject's medians in a scenario, as {@code --json} prints them. Latencies are null where none are measured.
 *
 * @param cpuSecondsPer100k consumer, PostgreSQL and broker together; {@code runs} has them apart
 * @param ratioToCeiling    of the rates; null without a ceiling in the same run
 */
record Result(String scenario, String subject, boolean durable, Map<String, String> settings, double eventsPerSecond,
              double cpuSecondsPer100k, double peakRssMiB, Double p50Millis, Double p99Millis, Double p999Millis,
              Double ratioToCeiling, List<Run> runs) {

    static Result of(String scenario, Subject subject, boolean durable, List<Run> runs, Result ceiling) {
        double rate = median(runs, Run::eventsPerSecond);
        return new Result(scenario, subject.title(), durable, subject.settings(), rate,
                median(runs, run -> run.cpuSecondsPer100k().total()), median(runs, Run::peakRssMiB), null, null, null,
                subject == Subject.CEILING ? Double.valueOf(1) : ceiling == null ? null : rate / ceiling.eventsPerSecond(), runs);
    }

    static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** For a person: one line. */
    String line() {
        return "%-10s %-7s %-22s %9.0f/s  %6.0f..%-6.0f  cpu %5.2f (%4.2f / %4.2f / %4.2f)  rss %4.0f MiB  join %4.1f s  ratio %s".formatted(
                scenario, durable ? "durable" : "-", subject, eventsPerSecond,
                runs.stream().mapToDouble(Run::eventsPerSecond).min().orElse(0),
                runs.stream().mapToDouble(Run::eventsPerSecond).max().orElse(0), cpuSecondsPer100k,
                median(runs, run -> run.cpuSecondsPer100k().consumer()), median(runs, run -> run.cpuSecondsPer100k().postgres()),
                median(runs, run -> run.cpuSecondsPer100k().broker()), peakRssMiB, median(runs, Run::joinSeconds),
                ratioToCeiling == null ? "-" : "%.2f".formatted(ratioToCeiling));
    }
}
