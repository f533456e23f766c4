package dev.sluice.gateway;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class IntroductionsTest {

    private static final TopicPartition ONE = new TopicPartition("events", 1);
    private static final TopicPartition TWO = new TopicPartition("events", 2);

    private final Introductions introductions = new Introductions();
    private final List<String> sent = new ArrayList<>();

    private void send(TopicPartition partition, String name) {
        introductions.inTurn(partition, () -> sent.add(name));
    }

    @Test
    void shouldLetTheFirstOfEachPartitionGoAloneAndTheRestInTheirOrder() {
        send(ONE, "a");
        send(ONE, "b");
        send(TWO, "c");
        send(ONE, "d");
        assertThat(sent).containsExactly("a", "c");
        assertThat(introductions.isFirst(ONE)).isTrue();

        introductions.onAnswer(ONE, true);
        send(ONE, "e");

        assertThat(sent).containsExactly("a", "c", "b", "d", "e");
        assertThat(introductions.isFirst(ONE)).isFalse();
        assertThat(introductions.isFirst(TWO)).isTrue();
    }

    @Test
    void shouldTakeTheNextForTheFirstWhenTheFirstWasRefused() {
        send(ONE, "too large");
        send(ONE, "b");
        send(ONE, "c");

        introductions.onAnswer(ONE, false);
        assertThat(sent).containsExactly("too large", "b");
        introductions.onAnswer(ONE, true);

        assertThat(sent).containsExactly("too large", "b", "c");
    }
}
