package dev.sluice.consumer;

import dev.sluice.api.BatchHandler;
import dev.sluice.api.Event;
import dev.sluice.api.EventHandler;
import dev.sluice.api.Handler;
import dev.sluice.api.PermanentFailure;
import io.vertx.core.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How often a stream in which one event of twenty fails for good is run, until each has its outcome. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class GuiltyEventTest {

    private static final int EVENTS = 400;
    private static final int GUILTY_OF = 20;

    private Rig rig;

    @BeforeEach
    void takeRig(Rig rig) {
        this.rig = rig;
    }

    @Test
    void shouldRunNoEventMoreThanTwiceWhenTheHandlerTakesThemOneByOne() throws Exception {
        Map<String, Integer> runs = new ConcurrentHashMap<>();
        EventHandler each = (transaction, event) -> {
            runs.merge(event.id(), 1, Integer::sum);
            return isGuilty(event) ? Future.failedFuture(new PermanentFailure("no")) : Scripted.APPEND.handle(transaction, event);
        };

        drain(each);

        assertThat(runs).hasSize(EVENTS).allSatisfy((event, count) -> assertThat(count).as(event).isLessThanOrEqualTo(2));
        assertThat(runs).as("each event has run alone from the first: nothing was tested").containsValue(2);
    }

    @Test
    void shouldFailTwiceForEachGuiltyEventThatABatchHandlerNames() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        BatchHandler all = (transaction, events) -> {
            for (Event event : events) {
                if (isGuilty(event)) {
                    failed.incrementAndGet();
                    throw new PermanentFailure(event, "no");
                }
            }
            return Scripted.APPEND_ALL.handle(transaction, events);
        };

        drain(all);

        assertThat(failed.get()).isBetween(EVENTS / GUILTY_OF, 2 * EVENTS / GUILTY_OF);
    }

    /** The suspicion is a hint: what fails for another's sake has its effect once it runs without that one. */
    @Test
    void shouldNotCondemnTheEventThatAnotherMakesFail() throws Exception {
        BatchHandler slanderer = (transaction, events) -> {
            if (events.stream().anyMatch(GuiltyEventTest::isGuilty)) {
                throw new PermanentFailure(events.get(0), "no");
            }
            return Scripted.APPEND_ALL.handle(transaction, events);
        };

        drain(slanderer);
    }

    /** But for the first batches, in which that is found out, healthy events run together and once, and none of the kind more often. */
    @Test
    void shouldRunTheHealthyOnceWhileAKindFailsAsAWhole() throws Exception {
        Map<String, Integer> runs = new ConcurrentHashMap<>();
        BatchHandler all = (transaction, events) -> {
            events.forEach(event -> runs.merge(event.id(), 1, Integer::sum));
            if (events.stream().anyMatch(event -> event.requireEntity().type().equals("bad"))) {
                throw new PermanentFailure("this kind is refused");
            }
            return Scripted.APPEND_ALL.handle(transaction, events);
        };
        int events = 1_000;
        for (int i = 0; i < events; i++) {
            rig.publish((i % 5 == 0 ? "bad:" : "case:") + i, 1);
        }
        await().atMost(Duration.ofSeconds(30)).until(() ->
                rig.ends().values().stream().mapToLong(Long::longValue).sum() == events);

        rig.start(0, all);

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).hasSize(events * 4 / 5).doesNotHaveDuplicates();
        assertThat(rig.routed).hasSize(events / 5).allMatch(failure -> failure.eventId().contains("bad:"));
        assertThat(runs.values().stream().mapToInt(Integer::intValue).sum()).as("runs in all: split by halves, over 5 an event")
                .isLessThan(events * 5 / 2);
    }

    /** Everything is there before it begins, so that batches are full. */
    private void drain(Handler script) throws Exception {
        for (int entity = 0; entity < EVENTS; entity++) {
            rig.publish("case:" + entity, 1);
        }
        await().atMost(Duration.ofSeconds(30)).until(() ->
                rig.ends().values().stream().mapToLong(Long::longValue).sum() == EVENTS);
        rig.start(0, script);
        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends()));
        assertThat(rig.effects()).hasSize(EVENTS - EVENTS / GUILTY_OF).doesNotHaveDuplicates();
        assertThat(rig.routed).hasSize(EVENTS / GUILTY_OF)
                .allSatisfy(failure -> assertThat(failure.eventId()).matches("/test case:(\\d*[02468])?0/1"));
    }

    private static boolean isGuilty(Event event) {
        return Integer.parseInt(event.requireEntity().id()) % GUILTY_OF == 0;
    }
}
