package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import dev.sluice.api.PermanentFailure;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** How often an event is delivered, as its subscription says. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class DeliveryTest {

    private Rig rig;

    @BeforeEach
    void takeRig(@RigExtension.Partitions(1) Rig rig) {
        this.rig = rig;
    }

    @Test
    void shouldCommitBeforeTheHandlerRunsIfAtMostOnce() throws Exception {
        Queue<Long> distances = new ConcurrentLinkedQueue<>();
        rig.start(0, (EventHandler) (transaction, event) -> rig.vertx.executeBlocking(() -> distances.add(
                rig.committed().getOrDefault(0, 0L) - event.requireSequence())).compose(seen -> Scripted.APPEND.handle(transaction, event)),
                this::atMostOnce);
        List<String> ids = publish(1, 20);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 20);
        assertThat(rig.effects()).containsExactlyElementsOf(ids);
        assertThat(distances).as("committed offset minus sequence: offsets begin with 0, sequences with 1").hasSize(20)
                .allMatch(distance -> distance >= 0);
    }

    @Test
    void shouldLoseWhatWasUnderWayAndNothingElseIfAtMostOnce() throws Exception {
        Promise<Void> hanging = Promise.promise();
        rig.start(0, (EventHandler) (transaction, event) -> {
            if (event.requireSequence() < 3) {
                return Scripted.APPEND.handle(transaction, event);
            }
            hanging.tryComplete();
            return Promise.promise().future();
        }, settings -> {
            settings.stopDeadline = Duration.ofSeconds(1);
            return atMostOnce(settings);
        });
        List<String> ids = new ArrayList<>(publish(1, 2));
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 2);
        ids.addAll(publish(3, 3));
        hanging.future().await(20, TimeUnit.SECONDS);
        ids.addAll(publish(4, 30));
        rig.stop(0);
        assertThat(rig.committed()).as("the hanging one has its offset, those behind it have not begun").containsEntry(0, 3L);

        rig.start(1, Scripted.APPEND, this::atMostOnce);
        ids.remove(2);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(rig.effects()).containsExactlyElementsOf(ids));
        assertThat(rig.committed()).isEqualTo(rig.ends());
    }

    @Test
    void shouldLoseNothingInAnOrderlyRestartIfAtMostOnce() throws Exception {
        EventHandler slow = (transaction, event) -> rig.vertx.timer(5)
                .compose(later -> Scripted.APPEND.handle(transaction, event));
        rig.start(0, slow, this::atMostOnce);
        List<String> ids = publish(1, 300);
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() > 20);
        rig.stop(0);
        assertThat(rig.effects()).hasSizeLessThan(300);

        rig.start(1, slow, this::atMostOnce);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> // offsets come first
                assertThat(rig.effects()).containsExactlyInAnyOrderElementsOf(ids));
        assertThat(rig.committed()).isEqualTo(rig.ends());
    }

    @Test
    void shouldNotPushAgainWhatMayHaveArrivedIfAtMostOnce() throws Exception {
        List<String> received = push(Delivery.AT_MOST_ONCE);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committed().equals(rig.ends()) && rig.routed.size() == 1);
        assertThat(received).containsExactly("1", "2", "3");
        assertThat(rig.routed.element().error().types()).contains(PermanentFailure.class.getName());
        assertThat(rig.routed.element().error().message()).contains("at most once", "500");
    }

    @Test
    void shouldPushAtLeastOnceUnlessItIsSet() throws Exception {
        List<String> received = push(null);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committed().equals(rig.ends()) && rig.routed.size() == 1);
        assertThat(received).containsExactly("1", "2", "3");
        assertThat(rig.routed.element().error().httpStatus()).as("to be tried again").isEqualTo(500);
    }

    @Test
    void shouldRefuseToPushExactlyOnce() {
        assertThatThrownBy(() -> push(Delivery.EXACTLY_ONCE)).hasMessageContaining("at-least-once or at-most-once")
                .hasMessageContaining("takes effect outside PostgreSQL");
    }

    /** Three events to a target that answers the second with 500. @return their sequences as they arrive */
    private List<String> push(Delivery delivery) throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer server = rig.vertx.createHttpServer().requestHandler(request -> {
            received.add(request.getHeader("ce-sequence"));
            request.response().setStatusCode(request.getHeader("ce-sequence").equals("2") ? 500 : 200).end();
        }).listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        Rig.Settings settings = new Rig.Settings();
        settings.handler = "http";
        settings.delivery = delivery;
        settings.own = Map.of("url", "http://127.0.0.1:" + server.actualPort());
        rig.start(0, settings);
        publish(1, 3);
        return received;
    }

    private Rig.Settings atMostOnce(Rig.Settings settings) {
        settings.delivery = Delivery.AT_MOST_ONCE;
        return settings;
    }

    private List<String> publish(int from, int to) {
        List<String> ids = new ArrayList<>();
        for (int sequence = from; sequence <= to; sequence++) {
            ids.add(rig.publish("case:1", sequence));
        }
        return ids;
    }
}
