package dev.sluice.engine.config;

import dev.sluice.config.InvalidSetting;

import java.util.List;

/**
 * How nodes find each other.
 *
 * @param host         the address of this node that the others reach
 * @param port         the first that is tried; several nodes on one machine take the next ones
 * @param members      addresses ({@code host} or {@code host:port}) of which at least one is asked for the cluster
 * @param eventBusPort 0: a free one
 */
public record ClusterSettings(boolean enabled, String name, String host, int port, List<String> members, int eventBusPort) {

    public ClusterSettings {
        InvalidSetting.requireText("cluster.name", name, "a name");
        InvalidSetting.requireText("cluster.host", host, "a host name or address");
        InvalidSetting.unless(port > 0 && port < 65536, "cluster.port", port, "1 to 65535");
        InvalidSetting.unless(members != null && !members.isEmpty(), "cluster.members", members, "at least one host or host:port");
        InvalidSetting.unless(eventBusPort >= 0 && eventBusPort < 65536, "cluster.event-bus-port", eventBusPort, "0 to 65535");
        members = List.copyOf(members);
    }
}
