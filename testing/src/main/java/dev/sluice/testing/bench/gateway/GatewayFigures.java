package dev.sluice.testing.bench.gateway;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one load did to the server that only parses, to one that publishes as well, and to the gateway.
 *
 * @param load    how it came, for a person
 * @param ceiling runs of the server that only parses; empty where it has no part in it
 * @param publisher runs of the shortest way to Kafka; empty where it has no part in it
 * @param gateway runs of the gateway, each event acknowledged by Kafka
 */
public record GatewayFigures(String load, List<Run> ceiling, List<Run> publisher, List<Run> gateway) {

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
    public Double ratio(List<Run> runs) {
        return ceiling.isEmpty() ? null : median(runs, Run::eventsPerSecond) / median(ceiling, Run::eventsPerSecond);
    }

    public static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        return runs.stream().mapToDouble(figure).sorted().toArray()[runs.size() / 2];
    }
}
