package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class EntityOrderTest {

    private static IncomingEvent event(String id) {
        return new IncomingEvent(Map.of("id", id, "source", "/s", "type", "t", "subject", "a:1"), null, null, true);
    }

    @Test
    void shouldGoOnAfterAnEventThatThrowsAtItsTurn() {
        EntityOrder order = new EntityOrder();
        List<String> turns = new ArrayList<>();
        Promise<EventOutcome> first = Promise.promise();
        Promise<EventOutcome> second = Promise.promise();
        order.inOrder(event("1"), place -> first.future());
        order.inOrder(event("2"), place -> {
            place.turn().onSuccess(go -> {
                turns.add("2");
                throw new AssertionError("on purpose");
            });
            return second.future();
        });
        order.inOrder(event("3"), place -> {
            place.turn().onSuccess(go -> turns.add("3"));
            return Promise.<EventOutcome>promise().future();
        });
        first.complete(new EventOutcome.Published(event("1"), "events", 0, 0, false));
        second.complete(new EventOutcome.Failed(event("2"), new Problem.Malformed("it threw")));

        assertThat(turns).containsExactly("2", "3");
    }

    /** It was late: it waited for another gateway, say, while what it follows was sent and failed. */
    @Test
    void shouldHoldUpWhatHasHadItsTurnAndWasNotSentWhenTheOneBeforeFails() {
        EntityOrder order = new EntityOrder();
        Promise<EventOutcome> first = Promise.promise();
        List<EntityOrder.Place> places = new ArrayList<>();
        order.inOrder(event("1"), place -> {
            places.add(place);
            place.onSent();
            return first.future();
        });
        order.inOrder(event("2"), place -> {
            places.add(place);
            return Promise.<EventOutcome>promise().future();
        });
        assertThat(places.get(1).turn().result()).isTrue();

        places.get(0).onNotPublished();

        assertThat(places.get(1).turn().result()).isFalse();
    }

    @Test
    void shouldTellTheFirstFailureAsItIs() {
        EntityOrder order = new EntityOrder();
        EventOutcome failed = new EventOutcome.Failed(event("1"), new Problem.Overloaded());
        Future<EventOutcome> told = order.inOrder(event("1"), place -> {
            place.onNotPublished();
            return Future.succeededFuture(failed);
        });

        assertThat(told.result()).isEqualTo(failed);
    }
}
