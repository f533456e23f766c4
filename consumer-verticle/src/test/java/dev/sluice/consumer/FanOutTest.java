package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import dev.sluice.api.PermanentFailure;
import dev.sluice.bus.RouteFailure;
import io.vertx.core.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Two groups of one instance read one topic: each at its own pace, with its own marks and its own failures. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class FanOutTest {

    private static final int EVENTS = 30;
    private static final long SLOW_MILLIS = 100;
    private static final int BAD = 3;

    @Test
    void shouldHoldUpNoGroupForAnotherAndHaveTheEffectInEach(@RigExtension.Partitions(1) Rig rig,
                                                             Backends.Postgres postgres) throws Exception {
        String slow = rig.group + "-slow";
        Queue<Long> slowly = new ConcurrentLinkedQueue<>();
        Scripted.write(slow, (EventHandler) (transaction, event) -> event.requireSequence() == BAD
                ? Future.failedFuture(new PermanentFailure("for this group")) : rig.vertx.timer(SLOW_MILLIS)
                .onSuccess(later -> slowly.add(event.requireSequence())));
        rig.start(0, Scripted.APPEND, settings -> {
            settings.others = List.of(new Subscription(slow, rig.topic, "scripted", Ordering.KEY, SequenceMode.NONE,
                    Subscription.Retries.RELAXED, null, null, Subscription.Pressure.IGNORED, Map.of("script", slow)));
            return settings;
        });
        List<String> ids = new ArrayList<>();
        for (int sequence = 1; sequence <= EVENTS; sequence++) {
            ids.add(rig.publish("case:1", sequence));
        }

        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
                .until(() -> rig.effects().size() == EVENTS);
        assertThat(slowly).as("the slow group is behind").hasSizeLessThan(EVENTS - 1);
        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committed().equals(rig.ends())
                && rig.committed(slow).equals(rig.ends()));

        assertThat(rig.effects()).containsExactlyElementsOf(ids);
        assertThat(slowly).contains(1L, (long) EVENTS).doesNotContain((long) BAD);
        assertThat(rig.routed).extracting(RouteFailure::group, RouteFailure::eventId)
                .containsExactly(tuple(slow, ids.get(BAD - 1)));
        assertThat(postgres.number("SELECT count(*) FROM processed_events WHERE consumer_group = '" + slow + "'"))
                .as("marks of its own").isEqualTo(EVENTS - 1);
    }
}
