package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagReport.PartitionLag;
import dev.sluice.bus.LagVerdict;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Verdicts, ages and paces over whole series of samples, 10 s apart. */
class LagBookTest {

    private static final Optional<String> MEMBER = Optional.of("node-1-g-0");
    private static final Optional<String> NOBODY = Optional.empty();

    private final LagBook book = new LagBook(10_000);
    private Map<String, String> pauses = Map.of();
    private Map<OldestUnread.Place, OldestUnread.Found> oldest = Map.of();
    private Map<ParkedCount.Of, Long> parked = Map.of();
    private LagReport report;

    @Test
    void shouldFindNothingWrongWithoutLag() {
        assertThat(sample(0, OptionalLong.of(10), 10, MEMBER).verdict()).isEqualTo(LagVerdict.OK);
        assertThat(sample(1_000, OptionalLong.of(10), 10, NOBODY).verdict()).isEqualTo(LagVerdict.OK);
        assertThat(report.topics().get(0).drainSeconds()).hasValue(0);
    }

    @Test
    void shouldCallAFrozenMemberStalledAfterAMinute() {
        sample(0, OptionalLong.of(4), 10, MEMBER);
        assertThat(sample(50, OptionalLong.of(4), 20, MEMBER).verdict()).isEqualTo(LagVerdict.OK);

        PartitionLag lag = sample(60, OptionalLong.of(4), 30, MEMBER);

        assertThat(lag.verdict()).isEqualTo(LagVerdict.STALLED);
        assertThat(lag.reason()).isEqualTo("26 unread; node-1-g-0 owns the partition and has not moved for 60 s");
        assertThat(sample(70, OptionalLong.of(5), 30, MEMBER).verdict()).isEqualTo(LagVerdict.OK);
    }

    @Test
    void shouldNotBlameAMemberForTheTimeInWhichNothingCame() {
        sample(0, OptionalLong.of(10), 10, MEMBER);
        sample(3_000, OptionalLong.of(10), 10, MEMBER);

        assertThat(sample(3_010, OptionalLong.of(10), 11, MEMBER).verdict()).isEqualTo(LagVerdict.OK);
        assertThat(sample(3_060, OptionalLong.of(10), 11, MEMBER).verdict()).isEqualTo(LagVerdict.STALLED);
    }

    @Test
    void shouldCallAPartitionWithoutAMemberStoppedAfterAMinute() {
        sample(0, OptionalLong.of(4), 10, NOBODY);

        PartitionLag lag = sample(61, OptionalLong.of(4), 10, NOBODY);

        assertThat(lag.verdict()).isEqualTo(LagVerdict.STOPPED);
        assertThat(lag.reason()).contains("no member").contains("for 61 s");
    }

    @Test
    void shouldNotCallAnEmptyGroupStoppedThatHasNothingToRead() {
        sample(0, OptionalLong.empty(), 0, NOBODY);

        assertThat(sample(600, OptionalLong.empty(), 0, NOBODY).verdict()).isEqualTo(LagVerdict.OK);
    }

    @Test
    void shouldSeeAPartitionThatWasNeverCommitted() {
        sample(0, OptionalLong.empty(), 5, MEMBER);

        PartitionLag lag = sample(60, OptionalLong.empty(), 5, MEMBER);

        assertThat(lag.verdict()).isEqualTo(LagVerdict.STALLED);
        assertThat(lag.reason()).endsWith("; it never committed");
        assertThat(lag.lag()).isEmpty();
        assertThat(lag.seconds()).isEmpty();
    }

    @Test
    void shouldCallAGrowingLagLaggingAfterTenSamples() {
        for (int i = 0; i < 9; i++) {
            assertThat(sample(i * 10, OptionalLong.of(i), 10 + i * 3, MEMBER).verdict()).isEqualTo(LagVerdict.OK);
        }
        PartitionLag lag = sample(90, OptionalLong.of(9), 37, MEMBER);

        assertThat(lag.verdict()).isEqualTo(LagVerdict.LAGGING);
        assertThat(lag.reason()).isEqualTo("grew from 10 to 28 over the last 10 samples");
    }

    @Test
    void shouldNotTakeTenQuestionsInARowForATrend() {
        for (int i = 0; i < 12; i++) {
            assertThat(sample(i, OptionalLong.of(i), 10 + i * 3, MEMBER).verdict()).isEqualTo(LagVerdict.OK);
        }
    }

    @Test
    void shouldNotCallALagLaggingThatShrankInBetween() {
        for (int i = 0; i < 30; i++) {
            assertThat(sample(i * 10, OptionalLong.of(i), 10 + i * 2 - (i % 5 == 4 ? 3 : 0), MEMBER).verdict()).isEqualTo(LagVerdict.OK);
        }
    }

    @Test
    void shouldSayThatAMemberWaitsOnPurpose() {
        pauses = Map.of("node-1-g-0", "the circuit breaker is open");
        sample(0, OptionalLong.of(4), 10, MEMBER);

        assertThat(sample(60, OptionalLong.of(4), 10, MEMBER).reason()).endsWith("; paused: the circuit breaker is open");
    }

    @Test
    void shouldLeaveARetryInPeaceUntilItIsDue() {
        oldest = Map.of(new OldestUnread.Place("t", "id", 0, 4), new OldestUnread.Found(0, OptionalLong.of(130_000)));
        sample(0, OptionalLong.of(4), 10, MEMBER);

        PartitionLag waiting = sample(100, OptionalLong.of(4), 10, MEMBER);

        assertThat(waiting.verdict()).isEqualTo(LagVerdict.OK);
        assertThat(waiting.reason()).isEqualTo("the next retry is due in 30 s");
        assertThat(sample(131, OptionalLong.of(4), 10, MEMBER).verdict()).isEqualTo(LagVerdict.STALLED);
    }

    @Test
    void shouldCountAndNameWhatIsParked() {
        parked = Map.of(new ParkedCount.Of("g", "t", 0), 3L);

        PartitionLag lag = sample(0, OptionalLong.of(10), 10, MEMBER);

        assertThat(lag.reason()).isEqualTo("nothing is unread, 3 parked for their turn");
        assertThat(report.total()).isEqualTo(3);
    }

    @Test
    void shouldBeginAnewWithATopicThatWasCreatedAnew() {
        sample(0, OptionalLong.of(4), 10, NOBODY);
        sample("id", 50, OptionalLong.of(4), 10, NOBODY);

        PartitionLag lag = sample("other id", 70, OptionalLong.of(20), 5, NOBODY);

        assertThat(lag.lag()).hasValue(5);
        assertThat(lag.verdict()).isEqualTo(LagVerdict.OK);
        assertThat(lag.reason()).contains("of an earlier topic of this name");
    }

    @Test
    void shouldTakeTheAgeFromTheRecordAndFromTheHistoryWhereThatWasNotRead() {
        sample(0, OptionalLong.of(10), 10, MEMBER);
        assertThat(sample(30, OptionalLong.of(10), 20, MEMBER).seconds().orElseThrow()).isCloseTo(30, within(0.1));

        oldest = Map.of(new OldestUnread.Place("t", "id", 0, 10), new OldestUnread.Found(28_000, OptionalLong.empty()));

        assertThat(sample(30, OptionalLong.of(10), 20, MEMBER).seconds()).hasValue(2);
    }

    @Test
    void shouldSayWhenALagWillBeGone() {
        sample(0, OptionalLong.of(0), 1_000, MEMBER);
        assertThat(report.topics().get(0).drainSeconds()).isEmpty();
        sample(10, OptionalLong.of(400), 1_200, MEMBER);
        assertThat(report.topics().get(0).drainSeconds()).hasValue(40);
        sample(200, OptionalLong.of(400), 9_000, MEMBER);
        assertThat(report.topics().get(0).drainSeconds()).isEmpty();
    }

    private PartitionLag sample(long second, OptionalLong committed, long end, Optional<String> member) {
        return sample("id", second, committed, end, member);
    }

    private PartitionLag sample(String topicId, long second, OptionalLong committed, long end, Optional<String> member) {
        report = book.onSampled(List.of(Readings.of(topicId, committed, 0, end, member)),
                new LagBook.Circumstances(oldest, parked, pauses, second * 1_000));
        return report.partitions().get(0);
    }
}
