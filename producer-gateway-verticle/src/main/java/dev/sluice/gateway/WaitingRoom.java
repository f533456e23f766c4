package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Bounds what an instance holds for Kafka, and lets in what the {@link Throttle} lets in. What must wait does so first
 * come first served, for a while; a full room refuses at once. For one context.
 */
final class WaitingRoom {

    private record Guest(long bytes, long deadline, Promise<Problem> answer) {
    }

    /** Often, so that the rate of a throttle is smooth. */
    private static final long LOOK_MILLIS = 20;

    private static final Future<Problem> IN = Future.succeededFuture();

    private final GatewaySettings.Waiting settings;
    private final long capacity;
    private final Throttle throttle;
    private final LongSupplier nanos;
    private final Deque<Guest> guests = new ArrayDeque<>();
    private long waitingBytes;
    private long held;
    private boolean lettingIn;

    /** @param capacity bytes that may be under way to Kafka at once */
    WaitingRoom(Vertx vertx, GatewaySettings.Waiting settings, long capacity, Throttle throttle, LongSupplier nanos) {
        this.settings = settings;
        this.capacity = capacity;
        this.throttle = throttle;
        this.nanos = nanos;
        vertx.setPeriodic(LOOK_MILLIS, look -> {
            letIn();
            sendAwayTheLate();
        });
    }

    /** @return null: go on, and {@link #leave} afterwards; else why not, at once or after a while */
    Future<Problem> enter(long bytes) {
        if (guests.isEmpty() && fits(bytes) && throttle.tryTake(nanos.getAsLong())) {
            held += bytes;
            return IN;
        }
        if (guests.size() >= settings.events() || waitingBytes + bytes > settings.size().bytes()) {
            return Future.succeededFuture(refusal());
        }
        Guest guest = new Guest(bytes, nanos.getAsLong() + settings.deadline().toNanos(), Promise.promise());
        guests.add(guest);
        waitingBytes += bytes;
        return guest.answer.future();
    }

    void leave(long bytes) {
        held -= bytes;
        letIn();
    }

    /** One loop at a time: who is let in may leave at once and come back here, thousands deep. */
    private void letIn() {
        if (lettingIn) {
            return;
        }
        lettingIn = true;
        try {
            while (!guests.isEmpty() && fits(guests.peek().bytes) && throttle.tryTake(nanos.getAsLong())) {
                Guest guest = guests.poll();
                waitingBytes -= guest.bytes;
                held += guest.bytes;
                guest.answer.complete(null);
            }
        } finally {
            lettingIn = false;
        }
    }

    private Problem refusal() {
        return throttle.isOn(nanos.getAsLong()) ? new Problem.Throttled(throttle.waitBehind(guests.size())) : new Problem.Overloaded();
    }

    /** A figure for the operator; any thread. */
    int waiting() {
        return guests.size();
    }

    /** What is larger than the whole room goes alone. */
    private boolean fits(long bytes) {
        return held == 0 || held + bytes <= capacity;
    }

    private void sendAwayTheLate() {
        while (!guests.isEmpty() && nanos.getAsLong() > guests.peek().deadline) {
            Guest guest = guests.poll();
            waitingBytes -= guest.bytes;
            guest.answer.complete(refusal());
        }
    }
}
