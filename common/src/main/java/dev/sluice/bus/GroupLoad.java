package dev.sluice.bus;

/**
 * How a member of a group fares; announced every 2 s.
 *
 * @param latencySeconds      of its downstream; negative when nothing was measured
 * @param latencyLimitSeconds above it the member takes its downstream for slow; 0 from a node that does not tell it yet
 */
public record GroupLoad(String group, String member, boolean breakerOpen, double latencySeconds, double latencyLimitSeconds)
        implements Message {

    private static final double USUAL_LIMIT_SECONDS = 0.05;

    public boolean downstreamSlow() {
        return latencySeconds > (latencyLimitSeconds > 0 ? latencyLimitSeconds : USUAL_LIMIT_SECONDS);
    }
}
