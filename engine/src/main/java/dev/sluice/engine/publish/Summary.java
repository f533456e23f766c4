package dev.sluice.engine.publish;

/**
 * How it ended.
 *
 * @param sent     the sum of the next four
 * @param accepted without the duplicates
 * @param unknown  no answer came: they may or may not be published; publishing them again is safe
 */
public record Summary(long sent, long accepted, long duplicates, long rejected, long unknown, double seconds,
                      double eventsPerSecond, double p50Millis, double p99Millis) {

    /** 0: all accepted or duplicates; 1: the fate of some is unknown; 3: some were rejected. */
    public int exitStatus() {
        return unknown > 0 ? 1 : rejected > 0 ? 3 : 0;
    }
}
