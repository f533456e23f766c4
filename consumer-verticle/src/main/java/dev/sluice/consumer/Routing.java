package dev.sluice.consumer;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.RouteFailure;
import dev.sluice.bus.RouteFailure.Order;
import dev.sluice.bus.Routed;
import dev.sluice.event.Outcome;
import dev.sluice.failure.ErrorInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A failed work's way to the DLQ router, and what becomes of it by the router's word. Event loop only. */
final class Routing {

    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LONGEST_ROUTE_BACKOFF_MILLIS = 5_000;

    private final Vertx vertx;
    private final String group;
    private final Bus bus;
    private final Succession succession;
    private final BiConsumer<Work, Outcome> settle;
    private final Consumer<Work> end;

    /**
     * @param settle the work's outcome is durable
     * @param end    it is given up: it has no outcome here
     */
    Routing(Vertx vertx, String group, Bus bus, Succession succession, BiConsumer<Work, Outcome> settle, Consumer<Work> end) {
        this.vertx = vertx;
        this.group = group;
        this.bus = bus;
        this.succession = succession;
        this.settle = settle;
        this.end = end;
    }

    /** Asks until the answer is known: a work's offset settles on nothing less. */
    void route(Work work, ErrorInfo error, Order order, int failures, long withinMillis) {
        ask(new RouteFailure(UUID.randomUUID().toString(), group, work.record(), work.eventId(), error, failures,
                withinMillis, order, work.isParked() ? work.parked().attempts() : 0), work, FIRST_BACKOFF_MILLIS);
    }

    private void ask(RouteFailure failure, Work work, long backoffMillis) {
        if (work.isAbandoned()) {
            end.accept(work);
            return;
        }
        bus.ask(Addresses.ROUTE_FAILURE, failure).onComplete(answer -> {
            String refusal = answer.failed() ? answer.cause().getMessage()
                    : answer.result() instanceof Routed.NotRouted not ? not.reason() : null;
            if (refusal == null) {
                onRouted(work, failure, answer.result(), FIRST_BACKOFF_MILLIS);
                return;
            }
            LOG.warn("group={} topic={} partition={} offset={} eventId={} traceId={} The failed event is not routed yet ({}); "
                            + "its offset waits, next try in {} ms", group, work.record().topic(),
                    work.record().partition(), work.record().offset(), work.eventId(),
                    work.traceId(), refusal, backoffMillis);
            later(backoffMillis).onComplete(now ->
                    ask(failure, work, Math.min(backoffMillis * 2, LONGEST_ROUTE_BACKOFF_MILLIS)));
        });
    }

    private void onRouted(Work work, RouteFailure failure, Routed routed, long backoffMillis) {
        if (routed instanceof Routed.Park park) {
            succession.keep(work, park, failure.error())
                    .onSuccess(kept -> settle.accept(work, kept ? Outcome.RETRYING : Outcome.DUPLICATE))
                    .onFailure(error -> onNotKept(work, failure, error));
            return;
        }
        Outcome outcome = outcomeOf(routed);
        succession.onGone(work, outcome == Outcome.DEAD).onComplete(gone -> {
            if (gone.succeeded()) {
                settle.accept(work, outcome);
            } else if (work.isAbandoned()) {
                end.accept(work);
            } else {
                LOG.error("group={} topic={} partition={} offset={} eventId={} The event is {}, but its lane can't go on ({}); next "
                        + "try in {} ms", group, work.record().topic(), work.record().partition(), work.record().offset(),
                        work.eventId(), outcome, gone.cause().toString(), backoffMillis);
                later(backoffMillis).onComplete(now ->
                        onRouted(work, failure, routed, Math.min(backoffMillis * 2, LONGEST_ROUTE_BACKOFF_MILLIS)));
            }
        });
    }

    /** It can't be stored, so it can't be tried again: its own failure decides, without an order to keep. */
    private void onNotKept(Work work, RouteFailure failure, Throwable error) {
        if (work.isAbandoned()) {
            end.accept(work);
        } else {
            LOG.warn("group={} topic={} partition={} offset={} eventId={} traceId={} The failed event can't be parked ({}); it goes to "
                    + "the retry topic instead", group, work.record().topic(), work.record().partition(),
                    work.record().offset(), work.eventId(), work.traceId(), error.toString());
            route(work, failure.error(), Order.RELAXED, failure.failures(), failure.withinMillis());
        }
    }

    private static Outcome outcomeOf(Routed routed) {
        if (routed instanceof Routed.Retrying) {
            return Outcome.RETRYING;
        }
        return routed instanceof Routed.AlreadySettled settled && settled.outcome() != Outcome.DEAD
                ? Outcome.DUPLICATE : Outcome.DEAD;
    }

    private Future<Void> later(long millis) {
        return vertx.timer(millis).mapEmpty();
    }
}
