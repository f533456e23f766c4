package dev.sluice.testing.fault;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class ScheduleTest {

    private static final List<FaultKind> ALL = List.of(FaultKind.values());

    @Test
    void shouldFollowFromTheSeedAlone() {
        assertThat(Schedule.of(5, ALL, 100, 1_000_000)).isEqualTo(Schedule.of(5, ALL, 100, 1_000_000));
        assertThat(Schedule.of(5, ALL, 100, 1_000_000)).isNotEqualTo(Schedule.of(6, ALL, 100, 1_000_000));
    }

    @Test
    void shouldBeginDifferentlyWithNeighbouringSeeds() {
        Set<FaultKind> first = new HashSet<>();
        for (long seed = 1; seed <= 40; seed++) {
            first.add(Schedule.of(seed, ALL, 1, 1_000).faults().get(0).kind());
        }
        assertThat(first).hasSizeGreaterThan(10);
    }

    @Test
    void shouldBringEachKindBeforeOneComesAgain() {
        List<Schedule.Planned> faults = Schedule.of(9, ALL, ALL.size(), 1_000).faults();

        Set<FaultKind> kinds = new HashSet<>();
        faults.forEach(planned -> kinds.add(planned.kind()));
        assertThat(kinds).containsExactlyInAnyOrderElementsOf(ALL).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void shouldSpreadThemOverTheLoad() {
        List<Schedule.Planned> faults = Schedule.of(1, ALL, 50, 10_000).faults();

        for (int i = 0; i < faults.size(); i++) {
            assertThat(faults.get(i).afterEvents()).isBetween(i * 200L, (i + 1) * 200L);
        }
    }
}
