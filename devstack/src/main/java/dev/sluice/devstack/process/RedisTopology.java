package dev.sluice.devstack.process;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.PartName;
import dev.sluice.devstack.Ports;
import dev.sluice.devstack.Redis;
import dev.sluice.devstack.StackFailure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Several Redis processes that belong together, for tests: a cluster, or a master and its replica under sentinels. */
public final class RedisTopology implements AutoCloseable {

    private static final Duration FORMED = Duration.ofSeconds(30);
    private static final int SLOTS = 16_384;
    /** From a node's port to the one on which nodes talk to each other: Redis's own rule. */
    private static final int BUS = 10_000;
    private static final String NODE_TIMEOUT_MILLIS = "1000";

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final List<String> uris;

    private RedisTopology() {
        this.uris = new ArrayList<>();
    }

    /**
     * @param folder   of this one alone @param programs as {@link ProcessStack} has them
     * @param masters  share the slots evenly
     * @param replicas of the first masters, one each
     */
    public static RedisTopology cluster(Path folder, Path programs, int masters, int replicas) {
        RedisTopology cluster = new RedisTopology();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int node = 0; node < masters + replicas; node++) {
                ports.add(clusterPort(ports));
                cluster.node(folder, programs, ports.get(node), List.of("cluster-enabled yes", "cluster-node-timeout " + NODE_TIMEOUT_MILLIS,
                        "save \"\""), List.of());
            }
            for (int master = 0; master < masters; master++) {
                asked(ports.get(master), "CLUSTER ADDSLOTS " + IntStream.range(SLOTS * master / masters, SLOTS * (master + 1) / masters)
                        .mapToObj(Integer::toString).collect(Collectors.joining(" ")));
            }
            for (int node = 1; node < ports.size(); node++) {
                asked(ports.get(node), "CLUSTER MEET 127.0.0.1 " + ports.get(0));
            }
            awaitEach(ports, "CLUSTER INFO", "cluster_state:ok");
            awaitEach(ports, "CLUSTER INFO", "cluster_known_nodes:" + ports.size());
            for (int replica = 0; replica < replicas; replica++) {
                asked(ports.get(masters + replica), "CLUSTER REPLICATE " + asked(ports.get(replica), "CLUSTER MYID").strip());
                awaitEach(List.of(ports.get(masters + replica)), "INFO replication", "master_link_status:up");
            }
            cluster.uris.addAll(ports.stream().map(port -> "redis://127.0.0.1:" + port).toList());
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Node 0 is the master, named {@code mymaster}, node 1 its replica, node 2 the sentinel, which decides alone. */
    public static RedisTopology sentinel(Path folder, Path programs) {
        RedisTopology watched = new RedisTopology();
        try {
            int master = Ports.oneFree();
            int replica = Ports.oneFree();
            int sentinel = Ports.oneFree();
            watched.node(folder, programs, master, List.of("save \"\""), List.of());
            watched.node(folder, programs, replica, List.of("save \"\"", "replicaof 127.0.0.1 " + master), List.of());
            awaitEach(List.of(replica), "INFO replication", "master_link_status:up");
            watched.node(folder, programs, sentinel, List.of("sentinel monitor mymaster 127.0.0.1 " + master + " 1",
                    "sentinel down-after-milliseconds mymaster 1000", "sentinel failover-timeout mymaster 3000"), List.of("--sentinel"));
            awaitEach(List.of(sentinel), "SENTINEL MASTERS", "num-slaves\n1");
            watched.uris.add("redis://127.0.0.1:" + sentinel);
            return watched;
        } catch (RuntimeException e) {
            watched.close();
            throw e;
        }
    }

    private void node(Path folder, Path programs, int port, List<String> configuration, List<String> arguments) {
        RedisProcess node = new RedisProcess(Folders.of(folder.resolve("node-" + nodes.size()), programs), port, configuration, arguments);
        nodes.add(node);
        node.start();
    }

    /** Whom to ask, joined by commas: all nodes of a cluster, or the sentinel. */
    public String uris() {
        return String.join(",", uris);
    }

    public Redis node(int number) {
        return nodes.get(number);
    }

    /** What a node says, in Redis's inline form; a list's items a line each. */
    public String ask(int number, String command) {
        return asked(nodes.get(number).port, command);
    }

    private static String asked(int port, String command) {
        return Answers.redis(port, command).orElseThrow(() -> new StackFailure("Redis at port " + port + " has not answered"));
    }

    private static void awaitEach(List<Integer> ports, String command, String expected) {
        ports.forEach(port -> Answers.await(PartName.REDIS, () -> Answers.redis(port, command)
                .filter(answer -> answer.contains(expected)).isPresent(), FORMED));
    }

    private static int clusterPort(List<Integer> taken) {
        while (true) {
            int port = Ports.oneFree() - BUS;
            if (!taken.contains(port) && Ports.isFree(port) && Ports.isFree(port + BUS)) {
                return port;
            }
        }
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }
}
