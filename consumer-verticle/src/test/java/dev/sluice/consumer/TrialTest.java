package dev.sluice.consumer;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class TrialTest {

    private static final long BEGUN = TimeUnit.HOURS.toNanos(1);
    private final AssignedPartition partition = Works.partition(0);

    @Test
    void shouldRunEachAloneWhenThereAreFew() {
        Trial trial = trial(100, 150, Map.of(), 3);

        assertThat(offsets(trial.portion(true))).containsExactly(100L);
        assertThat(offsets(trial.portion(true))).containsExactly(101L);
    }

    @Test
    void shouldCountTheFewInAllPartitionsTogether() {
        Trial one = new Trial(0, 40, 1_000, Map.of(), 0);
        assertThat(Trial.areFew(List.of(one))).isTrue();
        assertThat(Trial.areFew(Collections.nCopies(6, one))).isTrue();
        assertThat(Trial.areFew(Collections.nCopies(24, one))).isFalse();
    }

    @Test
    void shouldRunManyInPortionsAndSuspectsAloneInTheirPlace() {
        Trial trial = trial(100, 5_000, Map.of(102L, 0, 103L, 1), 300);

        assertThat(offsets(trial.portion(false))).containsExactly(100L, 101L);
        assertThat(offsets(trial.portion(false))).containsExactly(102L);
        assertThat(offsets(trial.portion(false))).containsExactly(103L);
        assertThat(trial.portion(false)).hasSize(Trial.PORTION);
    }

    @Test
    void shouldEndWithTheRecordsThatWereThereWhenThePartitionWasAssigned() {
        Trial trial = trial(100, 102, Map.of(), 3);
        assertThat(trial.isOver()).isFalse();
        trial.onSurvived(trial.portion(true), 1);
        trial.onSurvived(trial.portion(true), 1);

        assertThat(trial.isOver()).isTrue();
        assertThat(offsets(trial.release())).containsExactly(102L);
    }

    @Test
    void shouldEndWhenAsManyHaveSurvivedAsCanHaveBeenUnderWayButNotByRepeats() {
        Trial trial = new Trial(0, 100_000, 250, Map.of(), 0);
        for (int offset = 0; offset < 900; offset++) {
            trial.add(Works.work(partition, offset));
        }
        trial.onSurvived(trial.portion(false), 0);
        trial.onSurvived(trial.portion(false), 50);
        assertThat(trial.isOver()).isFalse();
        trial.onSurvived(trial.portion(false), 200);

        assertThat(trial.isOver()).isTrue();
    }

    @Test
    void shouldNotEndBeforeASuspectHasSurvivedOrCanNotComeAnyMore() {
        Trial trial = trial(100, 101, Map.of(150L, 1, 7L, 1), 2);
        trial.onSurvived(trial.portion(true), 1);
        assertThat(trial.isOver()).isFalse();
        trial.onSettledBelow(151);

        assertThat(trial.isOver()).as("7 is parked, if it is anywhere").isTrue();
    }

    @Test
    void shouldEndWhenItsOnlySuspectHasSurvived() {
        Trial trial = trial(100, 101, Map.of(100L, 1), 2);
        trial.onSurvived(trial.portion(true), 1);

        assertThat(trial.isOver()).isTrue();
    }

    @Test
    void shouldEndWhenTheCauseOfTheDeathIsFoundAndNoSuspectIsLeft() {
        Trial trial = trial(100, 5_000, Map.of(101L, 0), 3);
        trial.onConvicted(BEGUN + 1);
        assertThat(trial.isOver()).as("a suspect runs alone, whoever is convicted").isFalse();
        trial.onSurvived(trial.portion(false), 1);
        trial.onSurvived(trial.portion(false), 1);

        assertThat(trial.isOver()).isTrue();
    }

    @Test
    void shouldNotTakeAnEarlierConvictionForTheCause() {
        Trial trial = trial(100, 5_000, Map.of(), 3);

        trial.onConvicted(BEGUN - Trial.EXPLAINS_NANOS);
        assertThat(trial.isOver()).isFalse();

        trial.onConvicted(BEGUN - Trial.EXPLAINS_NANOS + 1);
        assertThat(trial.isOver()).isTrue();
    }

    @Test
    void shouldCountTheDeathsThatItFoundAndNotItsOwnAsking() {
        Trial trial = trial(100, 5_000, Map.of(100L, 1), 1);
        Work suspect = trial.portion(false).get(0);

        assertThat(trial.deathsAlone(suspect)).isEqualTo(1);
        assertThat(trial.deathsAlone(suspect)).isEqualTo(1);
    }

    private Trial trial(long from, long until, Map<Long, Integer> suspects, int records) {
        Trial trial = new Trial(from, until, 1_000, suspects, BEGUN);
        for (long offset = from; offset < from + records; offset++) {
            trial.add(Works.work(partition, offset));
        }
        return trial;
    }

    private static List<Long> offsets(List<Work> works) {
        return works.stream().map(work -> work.record().offset()).toList();
    }
}
