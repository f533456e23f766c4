package dev.sluice.bus;

/**
 * How a member of a group fares; announced every 2 s.
 *
 * @param latencySeconds of its downstream; negative when nothing was measured
 */
public record GroupLoad(String group, String member, boolean breakerOpen, double latencySeconds) implements Message {
}
