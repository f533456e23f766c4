package dev.sluice.engine.deploy;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import dev.sluice.engine.config.ClusterSettings;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

/** Hazelcast as the nodes' common memory: found by a TCP list, quiet, and closed by us and not by its own shutdown hook. */
final class Cluster {

    private static final int PORTS_TO_TRY = 20;
    /** As a system property, too: Hazelcast logs before it has read its configuration. */
    private static final String LOGGING = "hazelcast.logging.type";
    /**
     * Read as a system property only. While a peer is frozen, a thread that writes to it turns without a pause (Hazelcast's
     * issue 26473) and never looks at its selector: with the wake-up by selector it would write to no other peer either,
     * and those would take this node for dead, too.
     */
    private static final String SELECTOR_WAKEUP = "hazelcast.io.selectionKeyWakeupEnabled";

    private Cluster() {
    }

    static ClusterManager manager(ClusterSettings settings) {
        System.setProperty(LOGGING, "slf4j");
        System.setProperty(SELECTOR_WAKEUP, "false");
        Config hazelcast = ConfigUtil.loadConfig();
        hazelcast.setClusterName(settings.name());
        hazelcast.setProperty(LOGGING, "slf4j");
        hazelcast.setProperty("hazelcast.phone.home.enabled", "false");
        hazelcast.setProperty("hazelcast.shutdownhook.enabled", "false");
        hazelcast.setProperty("hazelcast.socket.bind.any", "false");
        hazelcast.setProperty("hazelcast.tcp.join.port.try.count", Integer.toString(PORTS_TO_TRY));
        hazelcast.setProperty("hazelcast.wait.seconds.before.join", "1");
        hazelcast.setProperty("hazelcast.merge.first.run.delay.seconds", "10");
        hazelcast.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
        hazelcast.getNetworkConfig().setPort(settings.port()).setPortAutoIncrement(true).setPortCount(PORTS_TO_TRY)
                .setReuseAddress(true);
        // Not as an interface: with one, Hazelcast leaves out every member whose name leads to an address other than this one.
        hazelcast.setProperty("hazelcast.local.localAddress", settings.host());
        JoinConfig join = hazelcast.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(settings.members());
        return new HazelcastClusterManager(hazelcast);
    }
}
