package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class UnreadAnswersTest {

    private final List<String> cutOff = new ArrayList<>();
    private final UnreadAnswers<String> unread = new UnreadAnswers<>(100, cutOff::add);

    private Promise<Void> answer(String caller, long bytes) {
        Promise<Void> written = Promise.promise();
        unread.hold(caller, bytes, written.future());
        return written;
    }

    @Test
    void shouldCutOffWhoHasReadNothingForTheLongest() {
        Promise<Void> first = answer("first", 30);
        Promise<Void> reads = answer("second", 10);
        answer("second", 20);
        answer("third", 30);
        Promise<Void> alsoReads = answer("first", 5);
        first.complete();

        answer("fourth", 40);
        assertThat(cutOff).as("105 bytes of 100, and the first one has read in the meantime").containsExactly("second");
        reads.fail("closed");
        alsoReads.fail("closed");
        assertThat(unread.held()).isEqualTo(70);
    }

    @Test
    void shouldHoldNothingOfThoseWhoRead() {
        for (int i = 0; i < 1_000; i++) {
            unread.hold("quick", 60, Future.succeededFuture());
            answer("slow", 60).complete();
        }
        assertThat(unread.held()).isZero();
        assertThat(cutOff).isEmpty();
    }

    @Test
    void shouldLeaveOneAloneWhoseAnswerIsLargerThanAllTheRoom() {
        answer("large", 150);
        assertThat(cutOff).isEmpty();
        answer("small", 1);
        assertThat(cutOff).containsExactly("large");
        assertThat(unread.held()).isEqualTo(1);
    }
}
