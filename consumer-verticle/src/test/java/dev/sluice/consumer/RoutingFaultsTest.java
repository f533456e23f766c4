package dev.sluice.consumer;

import dev.sluice.api.EventHandler;
import dev.sluice.api.TransientFailure;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.Routed;
import io.vertx.core.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** However the way to the router is lost, a failed event's offset waits, and nothing else does. */
@Timeout(120)
@ExtendWith(RigExtension.class)
class RoutingFaultsTest {

    private Rig rig;
    private Backends.Postgres postgres;

    @BeforeEach
    void takeRig(@RigExtension.Partitions(1) Rig rig, Backends.Postgres postgres) {
        this.rig = rig;
        this.postgres = postgres;
    }

    @Test
    void shouldKeepTheOffsetUntilARouterIsThereAgain() throws Exception {
        rig.undeployRouter();

        failFirstAndApplyOthers();

        rig.deployRouter();
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committedInAll() == 4);
        assertThat(rig.routed).hasSize(1);
    }

    @Test
    void shouldAskAgainWithTheSameIdWhenTheAnswerIsLostAndWhenItIsNo() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        rig.router = failure -> switch (asked.incrementAndGet()) {
            case 1, 2 -> throw new IllegalStateException("the answer is lost");
            case 3 -> new Routed.NotRouted("Kafka is away");
            default -> asked.get() < 5 ? new Routed.NotRouted("Kafka is away still")
                    : new Routed.Retrying("retry", 0, 0, 1, 0);
        };

        failFirstAndApplyOthers();

        await().atMost(Duration.ofSeconds(60)).until(() -> rig.committedInAll() == 4);
        assertThat(rig.routed).hasSize(5).extracting(RouteFailure::routeId).containsOnly(rig.routed.peek().routeId());
    }

    /** Its process died between burial and letter. Of the copies that run together none is done before the letter is there. */
    @Test
    void shouldAskForTheLetterOfADeadEventForEachOfItsCopies() throws Exception {
        String id = "";
        for (int copy = 0; copy < 3; copy++) {
            id = rig.publish("case:0", 1);
        }
        postgres.execute("INSERT INTO processed_events (consumer_group, event_id, outcome) VALUES ('" + rig.group + "', '"
                + id + "', 'dead')");
        rig.start(0, Scripted.APPEND);

        await().atMost(Duration.ofSeconds(30)).until(() -> rig.committedInAll() == 3);
        assertThat(rig.routed).extracting(failure -> failure.record().offset()).containsExactlyInAnyOrder(0L, 1L, 2L);
        assertThat(rig.effects()).isEmpty();
    }

    /** The first of four events fails; the others have their effect, and no offset passes the first one's. */
    private void failFirstAndApplyOthers() throws Exception {
        rig.start(0, (EventHandler) (transaction, event) -> event.requireEntity().text().equals("case:0")
                ? Future.failedFuture(new TransientFailure("not now")) : Scripted.APPEND.handle(transaction, event));
        for (int entity = 0; entity < 4; entity++) {
            rig.publish("case:" + entity, 1);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> rig.effects().size() == 3);
        await().during(Duration.ofMillis(500)).atMost(Duration.ofSeconds(5)).until(() -> rig.committedInAll() == 0);
    }
}
