package dev.sluice.bus;

/**
 * A sign of life, announced every 2 s. Silence for 10 s is as bad as {@code healthy: false}.
 *
 * @param component such as {@code consumer-verticle}
 * @param instance  unique among the node's instances of it
 * @param reason    what is wrong, for an operator; empty when healthy
 */
public record ComponentHealth(String node, String component, String instance, boolean healthy, String reason)
        implements Message {
}
