package dev.sluice.testing.bench;

/**
 * One run of one subject.
 *
 * @param cpuSecondsPer100k while it ran, of consumer, PostgreSQL and broker
 * @param peakRssMiB        of the subject's process
 * @param joinSeconds       from the start of the process to its first effect; null where it was not measured
 * @param latency           from the time an event was due to its commit; null where none was measured
 */
record Run(double eventsPerSecond, Usage cpuSecondsPer100k, double peakRssMiB, Double joinSeconds, Latency latency) {

    /** Quantiles, in milliseconds. */
    record Latency(double p50Millis, double p99Millis, double p999Millis) {
    }
}
