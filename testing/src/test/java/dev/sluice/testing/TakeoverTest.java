package dev.sluice.testing;

import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** One of two nodes is killed under load: how long its partitions stand still. The session alone would take 45 s. */
@Tag("long")
@Timeout(300)
@ExtendWith(StackExtension.class)
class TakeoverTest {

    private static final int KILLS = 3;
    private static final String GROUP = "audit";

    @TempDir
    private Path folder;

    @Test
    void shouldLetAPeerTakeOverWithinSeconds(Stack stack) throws Exception {
        SluiceProcess gateway = new SluiceProcess(folder.resolve("gateway"), stack, "node.name=gateway");
        SluiceProcess[] nodes = {new SluiceProcess(folder.resolve("a"), stack, "node.name=a"),
                new SluiceProcess(folder.resolve("b"), stack, "node.name=b")};
        String run = "takeover";
        SampleLog log = SampleLog.write(folder.resolve("log.ndjson"), run, 60_000, 6_000, 5);
        List<Long> millis = new ArrayList<>();
        Tables tables = new Tables(stack.postgres());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
            gateway.start("--run", "gateway,dlq-router,lag-monitor");
            nodes[0].start("--run", "consumer");
            nodes[1].start("--run", "consumer");
            Process publishing = gateway.begin("publish", log.file().toString(), "--json", "--rate", "1000");
            for (int kill = 0; kill < KILLS; kill++) {
                SluiceProcess victim = nodes[kill % 2];
                String name = kill % 2 == 0 ? "a-" : "b-";
                await().atMost(Duration.ofSeconds(40)).until(() -> partitions(admin, name).size() >= 8);
                await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
                Set<TopicPartition> orphaned = partitions(admin, name);
                victim.kill();
                long killed = System.nanoTime();
                Map<TopicPartition, OffsetAndMetadata> before = committed(admin, orphaned);
                assertThat(publishing.isAlive()).as("under load").isTrue();
                await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).until(() -> moved(before, committed(admin, orphaned)));
                millis.add((System.nanoTime() - killed) / 1_000_000);
                victim.start("--run", "consumer");
            }
            gateway.ended("publish", publishing);
            gateway.awaitNoLag(Duration.ofSeconds(60));
        } finally {
            for (SluiceProcess node : nodes) {
                node.end();
            }
            gateway.end();
        }
        System.out.println("from kill -9 to a peer's first commit on its partitions, ms: " + millis);

        assertThat(millis.stream().sorted().toList().get(KILLS / 2)).isLessThan(5_000);
        assertThat(tables.count("audit_log WHERE entity_id LIKE '" + run + "-%'")).isEqualTo(log.events());
        assertThat(tables.auditOutOfOrder()).isZero();
    }

    private static Set<TopicPartition> partitions(Admin admin, String memberPrefix) throws Exception {
        ConsumerGroupDescription group = admin.describeConsumerGroups(Set.of(GROUP)).all().get().get(GROUP);
        return group.members().stream().filter(member -> member.groupInstanceId().orElse("").startsWith(memberPrefix))
                .map(MemberDescription::assignment).flatMap(assignment -> assignment.topicPartitions().stream())
                .filter(partition -> partition.topic().equals("events")).collect(Collectors.toSet());
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, Set<TopicPartition> partitions) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> all = admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get();
        return partitions.stream().filter(all::containsKey).collect(Collectors.toMap(partition -> partition, all::get));
    }

    private static boolean moved(Map<TopicPartition, OffsetAndMetadata> before, Map<TopicPartition, OffsetAndMetadata> now) {
        return before.entrySet().stream().anyMatch(entry -> now.get(entry.getKey()).offset() > entry.getValue().offset());
    }
}
