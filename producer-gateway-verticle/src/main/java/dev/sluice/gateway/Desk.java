package dev.sluice.gateway;

import io.vertx.core.Future;

import java.time.Duration;

/**
 * Takes events over from the requests of one instance, whatever way they came, and knows what is not answered yet.
 * For one context.
 */
final class Desk {

    /** What an event costs beside its data: attributes, headers, bookkeeping. */
    private static final int OVERHEAD = 512;

    private final WaitingRoom room;
    private final Intake intake;
    private final Outlet alone;
    private final Schemas schemas;
    private final GatewayMeters meters;
    private final Quotas quotas = new Quotas();
    private long underWay;
    private int busyStreams;

    /** How an event gets into the room. */
    private interface Entrance {
        Future<Problem> enter(String client, long bytes);
    }

    Desk(WaitingRoom room, Intake intake, Schemas schemas, GatewayMeters meters) {
        this.room = room;
        this.intake = intake;
        this.alone = intake.outlet();
        this.schemas = schemas;
        this.meters = meters;
    }

    /** @param order of the request that the event is part of. The future never fails. */
    Future<EventOutcome> take(String topic, Client client, Reading reading, EntityOrder order) {
        return take(topic, client, reading, order, alone);
    }

    /** @param outlet where the event goes at its turn */
    Future<EventOutcome> take(String topic, Client client, Reading reading, EntityOrder order, Outlet outlet) {
        return take(topic, client, reading, order, outlet, room::enter);
    }

    /** As {@link #take}, but a throttle holds the event up for as long as it takes, and refuses it not. */
    Future<EventOutcome> takeFromStream(String topic, Client client, Reading reading, EntityOrder order) {
        return take(topic, client, reading, order, alone, this::enterFromStream);
    }

    private Future<Problem> enterFromStream(String client, long bytes) {
        Future<Problem> entered = room.enterFromStream(client, bytes);
        if (!entered.isComplete() && room.isThrottled()) {
            meters.onHeldUp();
        }
        return entered;
    }

    /** A stream has events that are not answered. */
    void onStreamBusy() {
        busyStreams++;
    }

    void onStreamIdle() {
        busyStreams--;
    }

    /** How many events that are not answered a stream may have. @param inFlight of all streams */
    int streamShare(int inFlight) {
        return room.shareOfEach(Math.max(1, busyStreams), inFlight);
    }

    /** Nothing waits for longer than a request does. */
    void stop() {
        room.endPatience();
    }

    private Future<EventOutcome> take(String topic, Client client, Reading reading, EntityOrder order, Outlet outlet,
                                      Entrance entrance) {
        if (reading instanceof Reading.Refused refused) {
            meters.onOutcome(topic, refused.problem().status());
            return Future.succeededFuture(new EventOutcome.Failed(null, refused.problem()));
        }
        IncomingEvent event = ((Reading.Valid) reading).event();
        Problem fault = client.mayUse(event.source()) ? schemas.faultOf(topic, event)
                : new Problem.SourceForbidden(client.name(), event.source());
        if (fault != null) {
            meters.onOutcome(topic, fault.status());
            return Future.succeededFuture(new EventOutcome.Failed(event, fault));
        }
        underWay++;
        return order.inOrder(event, place -> throughTheRoom(topic, client, event, place, outlet, entrance)).onComplete(done -> {
            underWay--;
            meters.onOutcome(topic, done.result().status());
        });
    }

    private Future<EventOutcome> throughTheRoom(String topic, Client client, IncomingEvent event, EntityOrder.Place place,
                                                Outlet outlet, Entrance entrance) {
        Duration wait = quotas.take(client, System.nanoTime());
        if (!wait.isZero()) {
            return Future.succeededFuture(new EventOutcome.Failed(event, new Problem.QuotaExceeded(wait)));
        }
        long bytes = costOf(event);
        return entrance.enter(client.name(), bytes).compose(refusal -> refusal == null
                ? intake.accept(topic, client.name(), event, place, outlet).onComplete(done -> room.leave(bytes))
                : Future.succeededFuture(new EventOutcome.Failed(event, refusal)));
    }

    static long costOf(IncomingEvent event) {
        return OVERHEAD + (event.data() == null ? 0 : event.data().length);
    }

    /** Events that wait for their outcome. */
    long underWay() {
        return underWay;
    }
}
