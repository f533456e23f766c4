package dev.sluice.testing.bench;

/**
 * One run of one subject.
 *
 * @param cpuSecondsPer100k while it drained, of consumer, PostgreSQL and broker
 * @param peakRssMiB        of the consumer's process
 * @param joinSeconds       from the start of the process to its first effect
 */
record Run(double eventsPerSecond, Usage cpuSecondsPer100k, double peakRssMiB, double joinSeconds) {
}
