package dev.sluice.engine.alerts;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class AlertBoardTest {

    private static final long START = 1_700_000_000_000L;

    private final AlertBoard board = new AlertBoard(new AlertSettings("", Duration.ofSeconds(10), Duration.ofHours(4),
            Duration.ofMinutes(1), Map.of("BreakerOpen", new AlertSettings.Limit(null, Duration.ofMinutes(5)))));
    private Set<AlertRule> unknown = Set.of();
    private Set<Subject> silenced = Set.of();

    @Test
    void shouldFireOnlyAfterTheConditionHasHeldForLongEnough() {
        Subject lag = subject(AlertRule.GROUP_LAG_HIGH, "group", "audit");

        assertThat(at(0, lag)).isEmpty();
        assertThat(at(110, lag)).isEmpty();
        assertThat(board.all()).singleElement().extracting(AlertBoard.Active::firing).isEqualTo(false);
        assertThat(at(120, lag)).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo(Notice.Kind.FIRING);
            assertThat(notice.rule()).isEqualTo(AlertRule.GROUP_LAG_HIGH);
        });
    }

    @Test
    void shouldBeginAnewWhenTheConditionDidNotHoldInBetween() {
        Subject lag = subject(AlertRule.GROUP_LAG_HIGH, "group", "audit");
        at(0, lag);
        at(60);

        assertThat(at(70, lag)).isEmpty();
        assertThat(at(130, lag)).isEmpty();
        assertThat(at(190, lag)).hasSize(1);
    }

    @Test
    void shouldHaveAnOperatorsOwnTime() {
        Subject breaker = subject(AlertRule.BREAKER_OPEN, "group", "audit");
        at(0, breaker);

        assertThat(at(299, breaker)).isEmpty();
        assertThat(at(300, breaker)).hasSize(1);
    }

    @Test
    void shouldTellAllAlertsOfARuleInOneMessageAndNotAgainUntilOneMoreComes() {
        Subject first = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "1");
        Subject second = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "2");
        Subject third = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "3");

        assertThat(at(0, first, second)).singleElement().satisfies(notice -> assertThat(notice.alerts()).hasSize(2));
        assertThat(at(10, first, second)).isEmpty();
        assertThat(at(20, first, second, third)).singleElement().satisfies(notice -> assertThat(notice.alerts()).hasSize(3));
    }

    @Test
    void shouldSayAgainWhatStillFiresAfterTheRepeatInterval() {
        Subject lag = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "1");
        at(0, lag);

        assertThat(at(4 * 3_600 - 10, lag)).isEmpty();
        assertThat(at(4 * 3_600, lag)).hasSize(1);
        assertThat(at(4 * 3_600 + 10, lag)).isEmpty();
    }

    @Test
    void shouldSayOnceThatItIsOverAndNotForALull() {
        Subject lag = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "1");
        at(0, lag);

        assertThat(at(10)).isEmpty();
        assertThat(at(20, lag)).as("it never was over").isEmpty();
        assertThat(at(79)).isEmpty();
        assertThat(at(80)).singleElement().satisfies(notice -> assertThat(notice.kind()).isEqualTo(Notice.Kind.RESOLVED));
        assertThat(at(90)).isEmpty();
        assertThat(board.all()).isEmpty();
    }

    @Test
    void shouldNotTakeAMetricWithoutAValueForTheEndOfAnAlert() {
        Subject lag = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "1");
        at(0, lag);
        unknown = Set.of(AlertRule.PARTITION_LAG_HIGH);

        assertThat(at(600)).isEmpty();
        assertThat(board.all()).hasSize(1);
    }

    @Test
    void shouldSayNothingOfWhatIsSilencedAndAllOfItAfterwards() {
        Subject lag = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "1");
        Subject other = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "2");
        silenced = Set.of(lag);

        assertThat(at(0, lag, other)).singleElement().satisfies(notice -> assertThat(notice.alerts())
                .singleElement().satisfies(active -> assertThat(active.subject()).isEqualTo(other)));
        assertThat(board.all()).hasSize(2);
        silenced = Set.of();

        assertThat(at(10, lag, other)).singleElement().satisfies(notice -> assertThat(notice.alerts()).hasSize(2));
    }

    @Test
    void shouldNotSayThatSomethingIsOverThatNobodyHeardOf() {
        Subject lag = subject(AlertRule.PARTITION_LAG_HIGH, "partition", "1");
        silenced = Set.of(lag);
        at(0, lag);
        silenced = Set.of();

        assertThat(at(60).stream().filter(notice -> notice.kind() == Notice.Kind.RESOLVED)).isEmpty();
    }

    private List<Notice> at(long second, Subject... holding) {
        Map<Subject, Double> values = new HashMap<>();
        List.of(holding).forEach(subject -> values.put(subject, 60_000.0));
        return board.onEvaluated(values, unknown, silenced::contains, START + second * 1_000);
    }

    private static Subject subject(AlertRule rule, String label, String value) {
        return new Subject(rule, Map.of(label, value));
    }
}
