package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.RawRecord;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.common.TopicPartition;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever is added, taken, released and taken away: each key in order, one batch at a time, nothing forgotten or twice. */
class KeyLanesPropertyTest {

    private record Step(int kind, int size) {
    }

    private final Map<String, Long> lastTaken = new HashMap<>();
    private final Map<Integer, List<Work>> running = new HashMap<>();
    private final Set<Work> waiting = new HashSet<>();
    private AssignedPartition partition;
    private long offset;
    private int batch;

    @Property(tries = 1_000)
    void shouldRunOneBatchPerKeyInOrder(@ForAll("steps") List<Step> steps) {
        lastTaken.clear();
        running.clear();
        waiting.clear();
        partition = new AssignedPartition(new TopicPartition("events", 0), "id", 0);
        KeyLanes lanes = new KeyLanes(Ordering.KEY);
        for (Step step : steps) {
            apply(step, lanes);
            assertThat(lanes.waiting()).isEqualTo(waiting.size());
        }
        while (!waiting.isEmpty() || !running.isEmpty()) {
            new ArrayList<>(running.values()).forEach(works -> works.forEach(lanes::release));
            running.clear();
            assertThat(lanes.hasReady()).isEqualTo(!waiting.isEmpty());
            take(lanes, 1_000);
        }
        assertThat(lanes.oldestNanos()).isEmpty();
    }

    private void apply(Step step, KeyLanes lanes) {
        if (step.kind() < 4) {
            Work work = work(step.size() % 7);
            waiting.add(work);
            lanes.add(work);
        } else if (step.kind() < 6) {
            take(lanes, 1 + step.size() % 10);
        } else if (step.kind() < 9 && !running.isEmpty()) {
            int which = new ArrayList<>(running.keySet()).get(step.size() % running.size());
            running.remove(which).forEach(lanes::release);
        } else if (step.kind() == 9) {
            partition.close();
            assertThat(lanes.dropAbandoned()).containsExactlyInAnyOrderElementsOf(waiting);
            waiting.clear();
            partition = new AssignedPartition(new TopicPartition("events", 0), "id", offset);
        }
    }

    private void take(KeyLanes lanes, int max) {
        Work next = lanes.next();
        List<Work> taken = lanes.take(max);
        assertThat(taken).hasSizeLessThanOrEqualTo(max);
        assertThat(next).isSameAs(taken.isEmpty() ? null : taken.get(0));
        for (Work work : taken) {
            assertThat(waiting.remove(work)).isTrue();
            String key = keyOf(work);
            if (key != null) {
                assertThat(running.values().stream().flatMap(List::stream).map(KeyLanesPropertyTest::keyOf)).doesNotContain(key);
                Long before = lastTaken.put(key, work.record().offset());
                assertThat(before == null || before < work.record().offset()).isTrue();
            }
        }
        if (!taken.isEmpty()) {
            running.put(batch++, taken);
        }
    }

    private Work work(int key) {
        byte[] bytes = key == 0 ? null : ("k" + key).getBytes(StandardCharsets.UTF_8);
        RawRecord record = new RawRecord("events", 0, offset++, 0, bytes, new byte[0], List.of());
        return new Work(partition, record, new Decoded.Undecodable("id", "a test"), offset);
    }

    private static String keyOf(Work work) {
        return work.record().key() == null ? null : new String(work.record().key(), StandardCharsets.UTF_8);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(Arbitraries.integers().between(0, 9), Arbitraries.integers().between(0, 1_000))
                .as(Step::new).list().ofMaxSize(150);
    }
}
