package dev.sluice.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Bounds what an instance holds for Kafka, and lets in what the {@link Throttle} lets in. Clients that wait are let in by
 * turns, each one's events in their order: so the rate is shared max-min fairly, and whoever wants less than its share
 * gets all it wants. A request waits for a while; for a full room the client who holds most of it makes room. A stream waits
 * as long as it takes, since refusing one of its lines refuses all later ones of that entity: instead it may read no more
 * than its share of half the room. While anybody waits the room looks again after a {@link Backoff}, which begins anew with
 * whoever is let in. For one context.
 */
final class WaitingRoom {

    private record Guest(long bytes, long deadline, Promise<Problem> answer) {
    }

    /** Of one client: events of requests and of streams, who take turns. */
    private static final class Line {
        private final Deque<Guest> requests = new ArrayDeque<>();
        private final Deque<Guest> streams = new ArrayDeque<>();
        private boolean streamsTurn;

        private Deque<Guest> turn() {
            return requests.isEmpty() || streamsTurn && !streams.isEmpty() ? streams : requests;
        }

        private Guest next() {
            return turn().peek();
        }

        private Guest poll() {
            Deque<Guest> turn = turn();
            streamsTurn = turn == requests;
            return turn.poll();
        }

        private Guest pollNewest() {
            return requests.isEmpty() ? streams.pollLast() : requests.pollLast();
        }

        private int size() {
            return requests.size() + streams.size();
        }
    }

    /** What streams have waiting is let in within this time, if nothing changes. */
    private static final double STREAMS_WAIT_SECONDS = 0.5;

    private static final Line NOBODY = new Line();
    private static final Future<Problem> IN = Future.succeededFuture();

    private final Vertx vertx;
    private final GatewaySettings.Waiting settings;
    private final Backoff backoff;
    private final long capacity;
    private final Throttle throttle;
    private final BooleanSupplier kafkaAway;
    private final LongSupplier nanos;
    /** By client, none of them empty; whose turn it is comes first. */
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private volatile int waiting;
    private long waitingBytes;
    private long held;
    private boolean lettingIn;
    /** When streams are sent away, too. */
    private long patienceEnds = Long.MAX_VALUE;
    /** Of the next look; null while nobody waits. */
    private Long timer;

    /**
     * @param capacity  bytes that may be under way to Kafka at once
     * @param kafkaAway while it is, nobody waits for what is under way, but hears of it
     */
    WaitingRoom(Vertx vertx, GatewaySettings.Waiting settings, long capacity, Throttle throttle, BooleanSupplier kafkaAway,
                LongSupplier nanos) {
        this.vertx = vertx;
        this.settings = settings;
        this.backoff = new Backoff(settings.backoff(), ThreadLocalRandom.current()::nextDouble);
        this.capacity = capacity;
        this.throttle = throttle;
        this.kafkaAway = kafkaAway;
        this.nanos = nanos;
    }

    /** @return null: go on, and {@link #leave} afterwards; else why not, at once or after a while */
    Future<Problem> enter(String client, long bytes) {
        return enter(client, bytes, false);
    }

    /** As {@link #enter}, for a line of a stream: it is refused only when the room is full. */
    Future<Problem> enterFromStream(String client, long bytes) {
        return enter(client, bytes, true);
    }

    private Future<Problem> enter(String client, long bytes, boolean ofStream) {
        long now = nanos.getAsLong();
        throttle.onWanted(now);
        if (lines.isEmpty() && fits(bytes) && throttle.tryTake(now)) {
            held += bytes;
            return IN;
        }
        while (isFull(bytes)) {
            if (!makeRoomFor(client)) {
                return Future.succeededFuture(refusal(client));
            }
        }
        Guest guest = new Guest(bytes, now + settings.deadline().toNanos(), Promise.promise());
        Line line = lines.computeIfAbsent(client, first -> new Line());
        (ofStream ? line.streams : line.requests).add(guest);
        count(1, bytes);
        lookLater();
        return guest.answer.future();
    }

    boolean isThrottled() {
        return throttle.isOn(nanos.getAsLong());
    }

    /**
     * @param inFlight of all of them: each collection of the JVM copies what is under way
     * @return how many events that are not answered each of so many streams may have, 1 at least
     */
    int shareOfEach(int streams, int inFlight) {
        int share = Math.max(1, inFlight / streams);
        return lines.isEmpty() ? share : Math.min(share, shareOfTheRoom(streams));
    }

    private int shareOfTheRoom(int streams) {
        if (waitingBytes > settings.size().bytes() / 2) {
            return 1;
        }
        double soon = throttle.admittedRate(nanos.getAsLong()) * STREAMS_WAIT_SECONDS;
        return (int) Math.max(1, Math.min(settings.events() / 2.0, soon) / streams);
    }

    /** The gateway stops: what streams have waiting waits no longer than a request from now on. */
    void endPatience() {
        patienceEnds = nanos.getAsLong() + settings.deadline().toNanos();
        lookAtOnce();
    }

    void leave(long bytes) {
        held -= bytes;
        letIn();
    }

    /** The throttle lets in more than before: whoever waits need not wait for the next look. */
    void onEased() {
        lookAtOnce();
    }

    private void lookAtOnce() {
        backoff.reset();
        if (timer != null) {
            vertx.cancelTimer(timer);
            look();
        }
    }

    private void look() {
        timer = null;
        try {
            letIn();
            sendAwayTheLate();
        } finally {
            lookLater();
        }
    }

    /** No later than the first one's deadline, and that of one who came now. */
    private void lookLater() {
        if (lines.isEmpty()) {
            backoff.reset();
        } else if (timer == null) {
            long now = nanos.getAsLong();
            long first = settings.deadline().toNanos();
            for (Line line : lines.values()) {
                first = line.requests.isEmpty() ? first : Math.min(first, line.requests.peek().deadline - now);
            }
            timer = vertx.setTimer(Math.max(1, Math.min(backoff.next(), first / 1_000_000 + 1)), due -> look());
        }
    }

    private boolean isFull(long bytes) {
        return waiting >= settings.events() || waitingBytes + bytes > settings.size().bytes();
    }

    /** The newest event of the longest line goes, if that line is longer than the client's own would be. */
    private boolean makeRoomFor(String client) {
        String longest = null;
        for (Map.Entry<String, Line> line : lines.entrySet()) {
            longest = longest == null || line.getValue().size() > lines.get(longest).size() ? line.getKey() : longest;
        }
        Line own = lines.get(client);
        if (longest == null || lines.get(longest).size() <= (own == null ? 0 : own.size()) + 1) {
            return false;
        }
        Problem refusal = refusal(longest);
        remove(longest, lines.get(longest).pollNewest()).answer.complete(refusal);
        return true;
    }

    /** One loop at a time: who is let in may leave at once and come back here, thousands deep. */
    private void letIn() {
        if (lettingIn) {
            return;
        }
        lettingIn = true;
        try {
            while (!lines.isEmpty()) {
                Map.Entry<String, Line> next = lines.entrySet().iterator().next();
                if (!fits(next.getValue().next().bytes) || !throttle.tryTake(nanos.getAsLong())) {
                    return;
                }
                lines.remove(next.getKey());
                Guest guest = next.getValue().poll();
                if (next.getValue().size() > 0) {
                    lines.put(next.getKey(), next.getValue());
                }
                count(-1, -guest.bytes);
                held += guest.bytes;
                backoff.reset();
                guest.answer.complete(null);
            }
        } finally {
            lettingIn = false;
        }
    }

    private Guest remove(String client, Guest guest) {
        if (lines.get(client).size() == 0) {
            lines.remove(client);
        }
        count(-1, -guest.bytes);
        return guest;
    }

    private void count(int guests, long bytes) {
        waiting = waiting + guests;
        waitingBytes += bytes;
    }

    /** Behind the client's own line, of which every turn lets one in. */
    private Problem refusal(String client) {
        Line own = lines.get(client);
        return isThrottled()
                ? new Problem.Throttled(throttle.waitBehind((own == null ? 0 : own.size()) * Math.max(1, lines.size()),
                        nanos.getAsLong()))
                : new Problem.Overloaded();
    }

    /** A figure for the operator; any thread. */
    int waiting() {
        return waiting;
    }

    /** What is larger than the whole room goes alone. */
    private boolean fits(long bytes) {
        return held == 0 || held + bytes <= capacity || kafkaAway.getAsBoolean();
    }

    /** Who is sent away may make room for others: a line that was there may be gone. */
    private void sendAwayTheLate() {
        long now = nanos.getAsLong();
        for (String client : List.copyOf(lines.keySet())) {
            Line line = lines.getOrDefault(client, NOBODY);
            while (!line.requests.isEmpty() && now > line.requests.peek().deadline) {
                sendAway(client, line.requests);
            }
            while (!line.streams.isEmpty() && now > patienceEnds) {
                sendAway(client, line.streams);
            }
        }
    }

    private void sendAway(String client, Deque<Guest> guests) {
        Problem refusal = refusal(client);
        remove(client, guests.poll()).answer.complete(refusal);
    }
}
