package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.RawRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KeyLanesTest {

    private final AssignedPartition partition = new AssignedPartition(new TopicPartition("events", 0), "id", 0);
    private final KeyLanes lanes = new KeyLanes(Ordering.KEY);

    @Test
    void shouldBlockALaneUntilAllThatWasTakenHasEnded() {
        lanes.add(work("a", 0));
        lanes.add(work("a", 1));
        List<Work> first = lanes.take(10);
        lanes.add(work("a", 2));

        lanes.release(first.get(1));
        assertThat(lanes.hasReady()).isFalse();

        lanes.release(first.get(0));
        assertThat(offsets(lanes.take(10))).containsExactly(2L);
    }

    @Test
    void shouldLetOtherKeysGoOn() {
        lanes.add(work("a", 0));
        lanes.take(10);
        lanes.add(work("a", 1));
        lanes.add(work("b", 2));

        assertThat(offsets(lanes.take(10))).containsExactly(2L);
        assertThat(lanes.waiting()).isEqualTo(1);
    }

    @Test
    void shouldGiveARecordWithoutKeyALaneToItself() {
        lanes.add(work(null, 0));
        lanes.take(10);
        lanes.add(work(null, 1));

        assertThat(offsets(lanes.take(10))).containsExactly(1L);
    }

    @Test
    void shouldKeepALaneBlockedThatRunsWhileItsPartitionIsTakenAway() {
        lanes.add(work("a", 0));
        Work running = lanes.take(1).get(0);
        lanes.add(work("a", 1));
        partition.close();

        assertThat(lanes.dropAbandoned()).hasSize(1);
        AssignedPartition again = new AssignedPartition(new TopicPartition("events", 0), "id", 0);
        lanes.add(work(again, "a", 0));
        assertThat(lanes.hasReady()).isFalse();

        lanes.release(running);
        assertThat(lanes.take(1)).singleElement().satisfies(work -> assertThat(work.partition()).isSameAs(again));
    }

    @Test
    void shouldRefuseASecondRelease() {
        lanes.add(work("a", 0));
        Work work = lanes.take(1).get(0);
        lanes.release(work);

        assertThatThrownBy(() -> lanes.release(work)).isInstanceOf(IllegalStateException.class);
    }

    private Work work(String key, long offset) {
        return work(partition, key, offset);
    }

    private static Work work(AssignedPartition partition, String key, long offset) {
        RawRecord record = new RawRecord("events", 0, offset, 0,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8), new byte[0], List.of());
        return new Work(partition, record, new Decoded.Undecodable("id " + offset, "a test"), 0);
    }

    private static List<Long> offsets(List<Work> works) {
        return works.stream().map(work -> work.record().offset()).toList();
    }
}
