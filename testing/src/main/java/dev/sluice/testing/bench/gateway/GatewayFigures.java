package dev.sluice.testing.bench.gateway;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What one load did to each server that it was put to.
 *
 * @param load how it came, for a person
 * @param runs by subject, in the order in which they are shown
 */
public record GatewayFigures(String load, Map<String, List<Run>> runs) {

    /** The server that only parses and answers. */
    public static final String CEILING = "ceiling";

    /**
     * @param cpuMicros of each process per event
     * @param latency   quantiles of a post; null for streams
     */
    public record Run(double eventsPerSecond, CpuMicros cpuMicros, double peakRssMiB, Latency latency) {
    }

    /** @param server the gateway's process or the bare server's */
    public record CpuMicros(double server, double broker, double redis) {

        public double total() {
            return server + broker + redis;
        }
    }

    /** In milliseconds. */
    public record Latency(double p50, double p99, double p999) {
    }

    /** Of the median rates to the ceiling's; null without a ceiling. */
    public Double ratio(String subject) {
        return runs.containsKey(CEILING)
                ? median(runs.get(subject), Run::eventsPerSecond) / median(runs.get(CEILING), Run::eventsPerSecond) : null;
    }

    public static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        return runs.stream().mapToDouble(figure).sorted().toArray()[runs.size() / 2];
    }
}
