package dev.sluice.engine.deploy;

import dev.sluice.engine.config.TopicSettings;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

class TopicPlanTest {

    private static final TopicSettings STANDARD = new TopicSettings(24, -1, Duration.ofDays(7));

    @Test
    void shouldPlanRetryAndDeadLettersWithEachDeclaredTopic() {
        Map<String, TopicPlan> plans = byName(TopicPlan.of(Map.of("events", STANDARD,
                "orders", new TopicSettings(48, 2, Duration.ZERO)), 3));

        assertThat(plans.keySet()).containsExactlyInAnyOrder("events", "events.retry", "orders", "orders.retry",
                "dlq.errors", "dlq.poison");
        assertThat(plans.get("events").partitions()).isEqualTo(24);
        assertThat(plans.get("events").settings()).containsEntry("retention.ms", "604800000")
                .containsEntry("max.message.bytes", "1310720").containsEntry("min.insync.replicas", "2");
        assertThat(plans.get("events.retry").settings()).containsEntry("retention.ms", "-1")
                .containsEntry("max.message.bytes", "1572864");
        assertThat(plans.get("orders").settings()).containsEntry("retention.ms", "-1").containsEntry("min.insync.replicas", "1");
        assertThat(plans.get("dlq.errors").partitions()).isEqualTo(48);
    }

    @Test
    void shouldMakeAsManyCopiesAsThereAreBrokersUpToThree() {
        assertThat(TopicPlan.of(Map.of("events", STANDARD), 1)).allMatch(plan -> plan.replication() == 1);
        assertThat(TopicPlan.of(Map.of("events", STANDARD), 5)).allMatch(plan -> plan.replication() == 3);
    }

    @Test
    void shouldNameSettingsThatLoseData() {
        TopicPlan events = byName(TopicPlan.of(Map.of("events", STANDARD), 3)).get("events");
        assertThat(events.dangersIn(events.settings())).isEmpty();

        Map<String, String> dangerous = new HashMap<>(Map.of("unclean.leader.election.enable", "true",
                "min.insync.replicas", "1", "max.message.bytes", "1048588", "cleanup.policy", "compact",
                "retention.ms", "1000", "retention.bytes", "1"));
        assertThat(events.dangersIn(dangerous)).hasSize(6);

        Map<String, String> generous = new HashMap<>(events.settings());
        generous.put("retention.ms", "-1");
        assertThat(events.dangersIn(generous)).isEmpty();
    }

    private static Map<String, TopicPlan> byName(List<TopicPlan> plans) {
        return plans.stream().collect(Collectors.toMap(TopicPlan::name, plan -> plan));
    }
}
