package dev.sluice.engine.alerts;

import dev.sluice.bus.AlertReport;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class ClusterConditionsTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final Map<String, String> AUDIT = Map.of("group", "audit");

    private final ClusterConditions cluster = new ClusterConditions(new AlertSettings("", Duration.ofSeconds(10),
            Duration.ofHours(4), Duration.ofMinutes(1), Map.of()));

    @Test
    void shouldAddUpAFloodThatIsSpreadOverNodes() {
        report("a", NOW, AlertRule.POISON_FLOOD, 6);
        assertThat(cluster.found(NOW).holding()).isEmpty();
        report("b", NOW, AlertRule.POISON_FLOOD, 5);

        assertThat(cluster.found(NOW).holding()).containsExactly(Map.entry(new Subject(AlertRule.POISON_FLOOD, AUDIT), 11.0));
    }

    @Test
    void shouldTakeTheWorstAndNotTheSumOfWhatDoesNotAddUp() {
        report("a", NOW, AlertRule.DOWNSTREAM_SLOW, 0.3);
        report("b", NOW, AlertRule.DOWNSTREAM_SLOW, 0.7);

        assertThat(cluster.found(NOW).holding()).containsExactly(Map.entry(new Subject(AlertRule.DOWNSTREAM_SLOW, AUDIT), 0.7));
    }

    @Test
    void shouldCallUnknownOnlyWhatNobodyKnows() {
        cluster.onReport(new AlertReport("a", List.of(), List.of(), List.of("GroupLagHigh", "PoisonFlood")), NOW);
        cluster.onReport(new AlertReport("b", List.of(), List.of("GroupLagHigh"), List.of("of a later release")), NOW);

        assertThat(cluster.found(NOW).unknown()).containsExactly(AlertRule.POISON_FLOOD);
    }

    @Test
    void shouldLetTheFirstOfTheLiveOnesTellAndForgetTheDead() {
        report("a", NOW, AlertRule.POISON_FLOOD, 20);
        report("b", NOW, AlertRule.POISON_FLOOD, 1);
        assertThat(cluster.tells("a", NOW)).isTrue();
        assertThat(cluster.tells("b", NOW)).isFalse();

        long later = NOW + cluster.livesMillis() + 1;
        report("b", later, AlertRule.POISON_FLOOD, 1);

        assertThat(cluster.tells("b", later)).isTrue();
        assertThat(cluster.found(later).holding()).doesNotContainKey(new Subject(AlertRule.POISON_FLOOD, AUDIT));
    }

    @Test
    void shouldMissANodeThatFellSilentUntilItIsHeardAgain() {
        report("a", NOW, AlertRule.POISON_FLOOD, 1);
        long later = NOW + cluster.livesMillis();
        report("b", later, AlertRule.POISON_FLOOD, 1);
        assertThat(cluster.found(later).holding()).isEmpty();
        assertThat(cluster.found(later + 1).holding()).containsOnlyKeys(silent("a"));
        assertThat(cluster.found(later + 2).holding()).as("still").containsOnlyKeys(silent("a"));

        report("a", later + 3, AlertRule.POISON_FLOOD, 1);

        assertThat(cluster.found(later + 3).holding()).isEmpty();
    }

    @Test
    void shouldNotMissANodeThatLeftNorOneForMoreThanADay() {
        report("a", NOW, AlertRule.POISON_FLOOD, 1);
        report("b", NOW, AlertRule.POISON_FLOOD, 1);
        cluster.onLeft("a");
        long later = NOW + cluster.livesMillis() + 1;
        assertThat(cluster.found(later).holding()).containsOnlyKeys(silent("b"));

        assertThat(cluster.found(NOW + Duration.ofDays(1).toMillis() + 1).holding()).isEmpty();
    }

    private static Subject silent(String node) {
        return new Subject(AlertRule.NODE_SILENT, Map.of("instance", node));
    }

    private void report(String node, long at, AlertRule rule, double value) {
        cluster.onReport(new AlertReport(node, List.of(new AlertReport.Value(rule.alert(), AUDIT, value)),
                List.of(rule.alert()), List.of()), at);
    }
}
