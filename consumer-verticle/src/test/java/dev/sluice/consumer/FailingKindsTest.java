package dev.sluice.consumer;

import dev.sluice.event.EventDecoder;
import dev.sluice.event.RawRecord;
import dev.sluice.event.RawRecord.Header;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class FailingKindsTest {

    private final FailingKinds kinds = new FailingKinds();
    private final AssignedPartition partition = Works.partition(0);
    private final KeyLanes lanes = new KeyLanes(Ordering.KEY);

    @Test
    void shouldSetAKindApartThatMostlyFailsUntilItMostlyDoesNot() {
        List<Work> batch = taken(work(1, "a:1", "paid"), work(2, "b:1", "paid"), work(3, "a:2", "paid"), work(4, "a:3", "new"));
        fail(6);
        assertThat(kinds.apart(batch).healthy()).containsExactlyElementsOf(batch);

        fail(1);

        assertThat(offsets(kinds.apart(batch).healthy())).containsExactly(2L, 4L);
        assertThat(offsets(kinds.apart(batch).firsts())).containsExactly(1L, 3L);
        assertThat(kinds.apart(batch).behind()).isEmpty();

        kinds.onApplied(batch.get(1));
        assertThat(kinds.apart(batch).firsts()).as("the success of another kind").isNotEmpty();
        kinds.onApplied(batch.get(0));
        assertThat(kinds.apart(batch).healthy()).containsExactlyElementsOf(batch);
    }

    /** As a batch with one bad event in twenty: it is split where it fails, and run together else. */
    @Test
    void shouldNotSetApartWhatFailsNowAndThen() {
        List<Work> batch = taken(work(1, "a:1", "paid"), work(2, "a:2", "paid"));
        for (int i = 0; i < 1_000; i++) {
            if (i % 3 == 0) {
                fail(1);
            } else {
                kinds.onApplied(batch.get(0));
            }
            assertThat(kinds.apart(batch).firsts()).isEmpty();
        }
    }

    @Test
    void shouldLetNothingOfAnEntityOvertakeItsEventThatIsSetApart() {
        List<Work> batch = taken(work(1, "a:1", "new"), work(2, "a:1", "paid"), work(3, "a:2", "new"), work(4, "a:1", "new"),
                work(5, "a:1", "paid"));

        fail(10);

        assertThat(offsets(kinds.apart(batch).healthy())).containsExactlyInAnyOrder(1L, 3L);
        assertThat(offsets(kinds.apart(batch).firsts())).containsExactly(2L);
        assertThat(offsets(kinds.apart(batch).behind())).containsExactly(4L, 5L);
    }

    @Test
    void shouldSetApartABatchThatIsAllOfOneFailingKind() {
        List<Work> batch = taken(work(1, "a:1", "paid"), work(2, "a:2", "paid"));
        fail(10);

        assertThat(kinds.apart(batch).healthy()).isEmpty();
        assertThat(kinds.apart(batch).firsts()).containsExactlyElementsOf(batch);
        assertThat(kinds.apart(batch.subList(0, 1)).healthy()).as("alone anyhow").hasSize(1);
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            kinds.onFailed(work(0, "a:9", "paid"));
        }
    }

    private List<Work> taken(Work... works) {
        List.of(works).forEach(lanes::add);
        return lanes.take(works.length);
    }

    private Work work(long offset, String entity, String type) {
        RawRecord record = new RawRecord("events", 0, offset, 0, entity.getBytes(StandardCharsets.UTF_8),
                "{}".getBytes(StandardCharsets.UTF_8), List.of(Header.of("ce_id", "e" + offset), Header.of("ce_source", "/test"),
                Header.of("ce_type", type), Header.of("ce_subject", entity)));
        return new Work(partition, record, new EventDecoder().decode(record, "id"), 0);
    }

    private static List<Long> offsets(List<Work> works) {
        return works.stream().map(work -> work.record().offset()).toList();
    }
}
