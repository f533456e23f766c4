package dev.sluice.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class CoalescedTest {

    private final List<List<String>> sent = new ArrayList<>();
    private final List<Promise<List<String>>> answers = new ArrayList<>();
    private final List<String> alone = new ArrayList<>();
    private final List<Promise<Void>> late = new ArrayList<>();
    private final Coalesced<String, String> writes = new Coalesced<>(this::late, all -> {
        sent.add(all);
        answers.add(Promise.promise());
        return answers.get(answers.size() - 1).future();
    }, one -> {
        alone.add(one);
        return one.equals("bad") ? Future.failedFuture("refused") : Future.succeededFuture(one + " alone");
    });

    @Test
    void shouldSendOneAtOnceAndTheOthersTogetherWhenItHasItsAnswer() {
        Future<String> first = writes.ask("a");
        Future<String> second = writes.ask("b");
        Future<String> third = writes.ask("c");
        assertThat(sent).containsExactly(List.of("a"));

        answers.get(0).complete(List.of("A"));
        assertThat(first.result()).isEqualTo("A");
        assertThat(second.isComplete()).isFalse();
        assertThat(sent).containsExactly(List.of("a"), List.of("b", "c"));

        answers.get(1).complete(List.of("B", "C"));
        assertThat(second.result()).isEqualTo("B");
        assertThat(third.result()).isEqualTo("C");
    }

    /** One waits for a row that a hanging transaction has locked; the rows of the others are free. */
    @Test
    void shouldNotHoldUpOthersBehindOneThatHangs() {
        Future<String> hanging = writes.ask("a");
        Future<String> second = writes.ask("b");
        assertThat(sent).containsExactly(List.of("a"));
        late.get(0).complete();
        Future<String> third = writes.ask("c");
        assertThat(sent).containsExactly(List.of("a"), List.of("b"));

        answers.get(1).complete(List.of("B"));
        assertThat(second.result()).isEqualTo("B");
        answers.get(2).complete(List.of("C"));
        assertThat(third.result()).isEqualTo("C");
        assertThat(hanging.isComplete()).isFalse();
        answers.get(0).complete(List.of("A"));
        assertThat(hanging.result()).isEqualTo("A");
    }

    /** Each holds a connection of a small pool. */
    @Test
    void shouldHaveThreeUnderWayAtMostHoweverManyHang() {
        for (String one : List.of("a", "b", "c", "d", "e")) {
            writes.ask(one);
            late.get(late.size() - 1).tryComplete();
        }
        assertThat(sent).containsExactly(List.of("a"), List.of("b"), List.of("c"));

        answers.get(1).complete(List.of("B"));
        assertThat(sent).endsWith(List.of("d", "e")).hasSize(4);
        late.get(1).tryComplete();
        writes.ask("f");
        assertThat(sent).hasSize(4);
    }

    @Test
    void shouldWriteEachAloneWhenABatchFailsAndGoOn() {
        writes.ask("a");
        Future<String> good = writes.ask("b");
        Future<String> bad = writes.ask("bad");
        answers.get(0).complete(List.of("A"));
        answers.get(1).fail("refused");

        assertThat(alone).containsExactly("b", "bad");
        assertThat(good.result()).isEqualTo("b alone");
        assertThat(bad.cause()).hasMessage("refused");
        Future<String> next = writes.ask("c");
        answers.get(2).complete(List.of("C"));
        assertThat(next.result()).isEqualTo("C");
    }

    @Test
    void shouldTakeAThrownExceptionForAFailedBatch() {
        Coalesced<String, String> throwing = new Coalesced<>(this::late, all -> {
            throw new IllegalArgumentException("no such thing");
        }, Future::succeededFuture);

        assertThat(throwing.ask("a").result()).isEqualTo("a");
    }

    /** Nor does what can't even be asked alone hold up the others. */
    @Test
    void shouldGoOnWhenAWriteThrowsAlone() {
        Coalesced<String, String> throwing = new Coalesced<>(this::late, all -> Future.failedFuture("not together"), one -> {
            if (one.equals("bad")) {
                throw new IllegalArgumentException("no such thing");
            }
            return Future.succeededFuture(one);
        });

        assertThat(throwing.ask("bad").cause()).hasMessage("no such thing");
        assertThat(throwing.ask("a").result()).isEqualTo("a");
    }

    private Future<Void> late() {
        late.add(Promise.promise());
        return late.get(late.size() - 1).future();
    }
}
