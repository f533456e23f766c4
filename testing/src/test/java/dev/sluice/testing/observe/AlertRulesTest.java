package dev.sluice.testing.observe;

import dev.sluice.engine.alerts.AlertRule;
import dev.sluice.engine.alerts.PrometheusRules;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** What evaluates inside and what Prometheus evaluates is the same, and somebody at night finds what to do. */
class AlertRulesTest {

    private static final String RULES = "deploy/prometheus/sluice-rules.yml";
    private static final String TESTS = "deploy/prometheus/sluice-rules-test.yml";

    @Test
    void shouldBeTheSameInsideAndInPrometheus() throws IOException {
        Kept.shouldBe(RULES, PrometheusRules.file());
    }

    @Test
    void shouldBeAcceptedByPrometheus() throws Exception {
        Promtool.shouldAccept("check", "rules", RULES);
        Promtool.shouldAccept("check", "config", "deploy/prometheus/prometheus.yml");
        Promtool.shouldAccept("check", "config", "deploy/prometheus/nodes.yml");
    }

    @Test
    void shouldFireAndResolveInPrometheus() throws Exception {
        Promtool.shouldAccept("test", "rules", TESTS);
    }

    @Test
    void shouldEachBeTestedToFireAndNotToFire() throws IOException {
        String tests = Files.readString(Kept.HOME.resolve(TESTS));
        for (String alert : alerts()) {
            assertThat(tests).containsPattern("alertname: " + alert + ",? *\\n? *exp_alerts: \\[\\]")
                    .containsPattern("alertname: " + alert + "\\n *exp_alerts:(\\n| \\[\\{)");
        }
    }

    @Test
    void shouldEachHaveARunbookThatSaysWhatItMeansWhatToLookAtAndWhatToDo() throws IOException {
        for (String alert : alerts()) {
            String page = alert.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase() + ".md";
            assertThat(Kept.HOME.resolve(RULES)).content().contains("runbook: docs/runbooks/" + page);
            assertThat(Kept.HOME.resolve("docs/runbooks").resolve(page)).content()
                    .startsWith("# " + alert).contains("**It means.**", "**Look at.**", "**Do.**");
        }
    }

    @Test
    void shouldKeepTheContractsNumbers() {
        assertThat(AlertRule.GROUP_LAG_HIGH.promql()).endsWith("> 50000");
        assertThat(AlertRule.GROUP_LAG_HIGH.holding()).hasMinutes(2);
        assertThat(AlertRule.ERROR_RATE_HIGH.promql()).endsWith("> 0.01");
        assertThat(AlertRule.PARTITION_LAG_HIGH.promql()).endsWith("> 10000");
        assertThat(AlertRule.POISON_FLOOD.promql()).endsWith("> 10");
        assertThat(Arrays.stream(AlertRule.values()).map(rule -> rule.severity().word()).collect(Collectors.toSet()))
                .isEqualTo(Set.of("page", "warn", "notify"));
    }

    private static Set<String> alerts() throws IOException {
        return Pattern.compile("- alert: (\\w+)").matcher(Files.readString(Kept.HOME.resolve(RULES))).results()
                .map(found -> found.group(1)).collect(Collectors.toSet());
    }
}
