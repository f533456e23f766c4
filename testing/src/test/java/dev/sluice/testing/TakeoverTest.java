package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node is killed under load, five times over: how long its partitions stand still. The session alone would take 45 s. */
@Tag("long")
@Timeout(400)
@ExtendWith(StackExtension.class)
class TakeoverTest {

    private static final int KILLS = 5;
    private static final int RATE = Integer.getInteger("takeover.rate", 1_000);
    private static final String GROUP = "audit";

    private final Stack stack;
    private final Tables tables;
    private final Admin admin;
    private final Groups groups;
    @TempDir
    private Path folder;
    private SluiceProcess gateway;
    private SluiceProcess member;
    private SluiceProcess peer;

    TakeoverTest(Stack stack) {
        this.stack = stack;
        this.tables = new Tables(stack.postgres());
        this.admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()));
        this.groups = new Groups(admin, GROUP);
    }

    @BeforeEach
    void startGateway() throws IOException {
        gateway = new SluiceProcess(folder.resolve("gateway"), stack, "node.name=gateway");
        member = new SluiceProcess(folder.resolve("member"), stack, "node.name=member");
        peer = new SluiceProcess(folder.resolve("peer"), stack, "node.name=peer");
        gateway.start("--run", "gateway,dlq-router,lag-monitor");
    }

    @AfterEach
    void endAll() throws Exception {
        try {
            member.end();
        } finally {
            try {
                peer.end();
            } finally {
                gateway.end();
                admin.close();
            }
        }
    }

    @Test
    void shouldLetAPeerTakeOverWithinThreeSeconds() throws Exception {
        peer.start("--run", "consumer");
        List<Long> millis = killUnderLoad("peer", () -> { });

        assertThat(median(millis)).as("median of %s", millis).isLessThanOrEqualTo(3_000);
    }

    @Test
    void shouldHaveTheSameMemberAtWorkAgainWithinEightSeconds() throws Exception {
        List<Long> millis = killUnderLoad("same", () -> member.start("--run", "consumer"));

        assertThat(median(millis)).as("median of %s", millis).isLessThanOrEqualTo(8_000);
    }

    private interface Step {
        void run() throws Exception;
    }

    /** @return from each kill to the first commit on a partition of the dead one's, in ms */
    private List<Long> killUnderLoad(String run, Step afterKill) throws Exception {
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), run, KILLS * 20 * RATE, 6_000, 5);
        List<Long> millis = new ArrayList<>();
        member.start("--run", "consumer");
        Process publishing = gateway.begin("publish", log.file().toString(), "--json", "--rate", Integer.toString(RATE));
        for (int kill = 1; kill <= KILLS; kill++) {
            // As many more as take five seconds: by then the members know each other.
            long soFar = groups.committedInAll();
            await().atMost(Duration.ofSeconds(60)).until(() -> groups.partitionsOf("member-").size() >= 8
                    && groups.committedInAll() > soFar + 5 * RATE);
            Set<TopicPartition> orphaned = groups.partitionsOf("member-");
            long killed = System.nanoTime();
            member.kill();
            Map<TopicPartition, Long> before = groups.committed(orphaned);
            assertThat(publishing.isAlive()).as("under load").isTrue();
            afterKill.run();
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50))
                    .until(() -> !groups.committed(orphaned).equals(before));
            millis.add((System.nanoTime() - killed) / 1_000_000);
            if (!member.isRunning()) {
                member.start("--run", "consumer");
            }
        }
        gateway.ended("publish", publishing);
        gateway.awaitNoLag(Duration.ofSeconds(60));
        System.out.printf("%s: from kill -9 to the first commit on its partitions, ms: %s, median %d%n", run, millis, median(millis));
        assertThat(tables.count("audit_log WHERE entity_id LIKE '" + run + "-%'")).isEqualTo(log.events());
        assertThat(tables.auditOutOfOrder()).isZero();
        return millis;
    }

    private static long median(List<Long> millis) {
        return millis.stream().sorted().toList().get(millis.size() / 2);
    }
}
