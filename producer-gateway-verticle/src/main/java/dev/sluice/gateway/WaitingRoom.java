package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Bounds what an instance holds for Kafka. What doesn't fit waits, first come first served, for a while; a full room
 * refuses at once. For one context.
 */
final class WaitingRoom {

    private record Guest(long bytes, long deadline, Promise<Boolean> admitted) {
    }

    private static final long LOOK_MILLIS = 50;

    private final GatewaySettings.Waiting settings;
    private final long capacity;
    private final LongSupplier nanos;
    private final Deque<Guest> guests = new ArrayDeque<>();
    private long waitingBytes;
    private long held;

    /** @param capacity bytes that may be under way to Kafka at once */
    WaitingRoom(Vertx vertx, GatewaySettings.Waiting settings, long capacity, LongSupplier nanos) {
        this.settings = settings;
        this.capacity = capacity;
        this.nanos = nanos;
        vertx.setPeriodic(LOOK_MILLIS, look -> sendAwayTheLate());
    }

    /** @return true: go on, and {@link #leave} afterwards; false: there is no room, nor will there be in time */
    Future<Boolean> enter(long bytes) {
        if (guests.isEmpty() && fits(bytes)) {
            held += bytes;
            return Future.succeededFuture(true);
        }
        if (guests.size() >= settings.events() || waitingBytes + bytes > settings.size().bytes()) {
            return Future.succeededFuture(false);
        }
        Guest guest = new Guest(bytes, nanos.getAsLong() + settings.deadline().toNanos(), Promise.promise());
        guests.add(guest);
        waitingBytes += bytes;
        return guest.admitted.future();
    }

    void leave(long bytes) {
        held -= bytes;
        while (!guests.isEmpty() && fits(guests.peek().bytes)) {
            Guest guest = guests.poll();
            waitingBytes -= guest.bytes;
            held += guest.bytes;
            guest.admitted.complete(true);
        }
    }

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
            guest.admitted.complete(false);
        }
    }
}
