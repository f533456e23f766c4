package dev.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.devstack.Stack;
import dev.sluice.devstack.junit.StackExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Of four nodes one is frozen for more than three minutes, longer than it takes Hazelcast to give it up and to try it anew: the others
 * miss that one, and none of each other. When it wakes they find together again.
 */
@Tag("long")
@Timeout(900)
@ExtendWith(StackExtension.class)
class FrozenPeerTest {

    private static final Duration FROZEN = Duration.ofSeconds(200);
    private static final List<String> NODES = List.of("consumer", "gateway", "dlq-router", "lag-monitor");

    @TempDir
    private Path folder;

    @Test
    void shouldBeMissedAloneAndFindBack(Stack stack) throws Exception {
        String cluster = "cluster.name=frozen-" + UUID.randomUUID();
        List<SluiceProcess> nodes = new ArrayList<>();
        try {
            for (String name : NODES) {
                SluiceProcess node = new SluiceProcess(folder.resolve(name), stack, cluster, "node.name=" + name, "cluster.port=28801",
                        "alerts.interval=2s",
                        "cluster.members=127.0.0.1:28801,127.0.0.1:28802,127.0.0.1:28803,127.0.0.1:28804");
                nodes.add(node);
                node.start("--cluster", "--run", name);
            }
            SluiceProcess frozen = nodes.get(0);
            List<SluiceProcess> others = nodes.subList(1, 4);
            // Who has not been heard of is not missed: everybody tells every two seconds.
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                for (SluiceProcess node : nodes) {
                    assertThat(missedBy(node)).isEmpty();
                }
            });
            frozen.freeze();
            assertThat(frozen.isFrozen()).isTrue();
            await().during(FROZEN).atMost(FROZEN.plusMinutes(1)).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
                for (SluiceProcess other : others) {
                    assertThat(missedBy(other)).isEqualTo(Set.of("consumer"));
                }
            });
            frozen.resume();
            long woken = System.nanoTime();
            await().atMost(Duration.ofMinutes(4)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                for (SluiceProcess node : nodes) {
                    assertThat(missedBy(node)).isEmpty();
                }
            });
            System.out.printf("all hear each other again %.0f s after the frozen one woke%n", (System.nanoTime() - woken) / 1e9);
        } finally {
            for (SluiceProcess node : nodes) {
                node.end();
            }
        }
    }

    private static Set<String> missedBy(SluiceProcess node) throws Exception {
        JsonNode alerts = new ObjectMapper().readTree(HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + node.operationsPort() + "/admin/alerts")).timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString()).body()).path("alerts");
        Set<String> missed = new TreeSet<>();
        alerts.forEach(alert -> {
            if (alert.path("alert").asText().equals("NodeSilent")) {
                missed.add(alert.path("labels").path("instance").asText());
            }
        });
        return missed;
    }
}
