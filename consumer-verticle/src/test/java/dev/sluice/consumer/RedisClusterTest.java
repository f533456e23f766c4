package dev.sluice.consumer;

import dev.sluice.bus.SharedPressure;
import dev.sluice.config.RedisSettings;
import dev.sluice.consumer.Claims.Mode;
import dev.sluice.devstack.process.RedisTopology;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A real Redis Cluster of three masters under the consumer, of which one dies: results stay exact. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class RedisClusterTest {

    private static final int MASTERS = 3;

    @TempDir
    private Path folder;
    private Rig rig;

    @BeforeEach
    void takeRig(@RigExtension.Partitions(6) Rig rig) {
        this.rig = rig;
    }

    @Test
    void shouldStayExactThroughClusterDown() throws Exception {
        stayExact(Mode.LEASE);
    }

    @Tag("long")
    @Test
    void shouldStayExactThroughClusterDownWithAClaimForEachEvent() throws Exception {
        stayExact(Mode.EVENT);
    }

    private void stayExact(Mode mode) throws Exception {
        try (RedisTopology cluster = RedisTopology.cluster(folder, Path.of("target", "programs"), MASTERS, 0)) {
            rig.start(0, Scripted.APPEND, settings -> {
                settings.claims = mode;
                settings.pressure = Subscription.Pressure.COUNTS;
                settings.redis = cluster.uris();
                settings.redisMode = RedisSettings.Mode.CLUSTER;
                return settings;
            });
            try (Load load = new Load(rig, 20)) {
                shouldBeAsked(cluster, mode);
                await().atMost(Duration.ofSeconds(20)).until(() -> IntStream.range(0, MASTERS)
                        .anyMatch(node -> cluster.ask(node, "KEYS " + SharedPressure.FLAG + ":*").contains(rig.group)));

                cluster.node(0).kill();
                await("the others say so").atMost(Duration.ofSeconds(20))
                        .until(() -> cluster.ask(1, "CLUSTER INFO").contains("cluster_state:fail"));
                long without = rig.committedInAll();
                await().atMost(Duration.ofSeconds(20)).until(() -> rig.committedInAll() > without + 200);

                cluster.node(0).start();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> cluster.ask(1, "CLUSTER INFO").contains("cluster_state:ok"));
                for (int node = 0; node < MASTERS; node++) {
                    cluster.ask(node, "FLUSHALL");
                }
                shouldBeAsked(cluster, mode);
                load.end();
                await().atMost(Duration.ofSeconds(40)).until(() -> rig.committed().equals(rig.ends()));
                assertThat(rig.effects()).hasSize(load.published()).doesNotHaveDuplicates();
            }
        }
        assertThat(rig.stepsOutOfOrder()).isZero();
        assertThat(rig.routed).isEmpty();
    }

    /** Claims are in use, and on more than one node. */
    private void shouldBeAsked(RedisTopology cluster, Mode mode) {
        String pattern = (mode == Mode.EVENT ? "idemp:" : "lease:") + rig.group + ":*";
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> IntStream.range(0, MASTERS)
                .filter(node -> !cluster.ask(node, "KEYS " + pattern).isBlank()).count() > 1);
    }
}
