package dev.sluice.testing.bench;

import dev.sluice.testing.bench.gateway.GatewayFigures;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A subject's medians in a scenario, as {@code --json} prints them. What is not measured in the scenario is null.
 *
 * @param cpuSecondsPer100k consumer, PostgreSQL and broker together; {@code runs} has them apart
 * @param ratioToCeiling    of the rates; null without a ceiling in the same run
 */
record Result(String scenario, String subject, boolean durable, Map<String, String> settings, double eventsPerSecond,
              Double cpuSecondsPer100k, Double peakRssMiB, Double p50Millis, Double p99Millis, Double p999Millis,
              Double ratioToCeiling, List<Run> runs) {

    /** @param ceiling of the same scenario and settings; null when there is none */
    static Result of(String scenario, Subject subject, boolean durable, Map<String, String> settings, List<Run> runs,
                     Result ceiling) {
        double rate = median(runs, Run::eventsPerSecond);
        boolean timed = runs.stream().allMatch(run -> run.latency() != null);
        return new Result(scenario, subject.title(), durable, settings, rate,
                median(runs, run -> run.cpuSecondsPer100k().total()), median(runs, Run::peakRssMiB),
                timed ? median(runs, run -> run.latency().p50Millis()) : null,
                timed ? median(runs, run -> run.latency().p99Millis()) : null,
                timed ? median(runs, run -> run.latency().p999Millis()) : null,
                subject == Subject.CEILING ? Double.valueOf(1) : ceiling == null ? null : rate / ceiling.eventsPerSecond(), runs);
    }

    /** The gateway beside servers that do a part of what it does. */
    static List<Result> of(List<GatewayFigures> loads) {
        List<Result> results = new ArrayList<>();
        for (GatewayFigures load : loads) {
            load.runs().forEach((subject, runs) -> results.add(of(subject, load.load(), runs, load.ratio(subject))));
        }
        return results;
    }

    private static Result of(String subject, String load, List<GatewayFigures.Run> runs, Double ratio) {
        boolean timed = runs.get(0).latency() != null;
        return new Result("gateway", subject, true, Map.of("http", load, "loop", "closed"),
                GatewayFigures.median(runs, GatewayFigures.Run::eventsPerSecond),
                GatewayFigures.median(runs, run -> run.cpuMicros().total()) / 10,
                GatewayFigures.median(runs, GatewayFigures.Run::peakRssMiB),
                timed ? GatewayFigures.median(runs, run -> run.latency().p50()) : null,
                timed ? GatewayFigures.median(runs, run -> run.latency().p99()) : null,
                timed ? GatewayFigures.median(runs, run -> run.latency().p999()) : null, ratio, runs.stream().map(Result::run).toList());
    }

    /** Of CPU, that of the server and of the broker; Redis has its part in the result's own figure only. */
    private static Run run(GatewayFigures.Run run) {
        GatewayFigures.Latency latency = run.latency();
        return new Run(run.eventsPerSecond(), new Usage(run.cpuMicros().server() / 10, 0, run.cpuMicros().broker() / 10), run.peakRssMiB(),
                null, latency == null ? null : new Run.Latency(latency.p50(), latency.p99(), latency.p999()));
    }

    static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** What tells apart the results of a subject in a scenario; empty when there is one only. */
    String load() {
        return settings.getOrDefault("rate", settings.getOrDefault("variant", settings.getOrDefault("http", "")));
    }

    /** For a person: one line. */
    String line() {
        return "%-10s %-3s %-21s %-18s %8.0f/s%s%s%s".formatted(scenario, durable ? "on" : "off", subject,
                load(), eventsPerSecond, runs.isEmpty() ? "" : spread(),
                p50Millis == null ? "" : "  p50 %.1f p99 %.1f ms".formatted(p50Millis, p99Millis)
                        + (p999Millis == null ? "" : ", p99.9 %.1f ms".formatted(p999Millis)),
                ratioToCeiling == null ? "" : "  ratio %.2f".formatted(ratioToCeiling));
    }

    private String spread() {
        return " (%.0f to %.0f)  CPU %.2f (%.2f, %.2f, %.2f)  RSS %.0f MiB".formatted(
                runs.stream().mapToDouble(Run::eventsPerSecond).min().orElse(0),
                runs.stream().mapToDouble(Run::eventsPerSecond).max().orElse(0), cpuSecondsPer100k,
                median(runs, run -> run.cpuSecondsPer100k().consumer()), median(runs, run -> run.cpuSecondsPer100k().postgres()),
                median(runs, run -> run.cpuSecondsPer100k().broker()), peakRssMiB);
    }
}
