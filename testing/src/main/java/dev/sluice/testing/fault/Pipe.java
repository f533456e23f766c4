package dev.sluice.testing.fault;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** One direction of a connection: carries bytes on, in order, when the condition lets them. On the event loop alone. */
final class Pipe {

    private static final int MOST_HELD = 1 << 20;

    private record Chunk(Buffer bytes, long due) {
    }

    private final Vertx vertx;
    private final NetSocket source;
    private final NetSocket sink;
    private final Supplier<Condition> condition;
    private final LongConsumer affected;
    private final Deque<Chunk> held = new ArrayDeque<>();
    private long heldBytes;
    /** When the last byte that was taken is due; later ones are never due earlier. */
    private long lastDue;
    /** One timer at a time; -1 without. */
    private long timer = -1;

    private Pipe(Vertx vertx, NetSocket source, NetSocket sink, Supplier<Condition> condition, LongConsumer affected) {
        this.vertx = vertx;
        this.source = source;
        this.sink = sink;
        this.condition = condition;
        this.affected = affected;
        source.handler(this::onBytes);
        sink.drainHandler(drained -> resumeIfRoom());
    }

    private void onBytes(Buffer bytes) {
        long now = System.nanoTime();
        Condition present = condition.get();
        long due = Math.max(now, lastDue);
        if (!(present instanceof Condition.Clear)) {
            affected.accept(bytes.length());
        }
        if (present instanceof Condition.Delayed delayed) {
            due = Math.max(lastDue, now + delayed.by().toNanos());
        } else if (present instanceof Condition.Throttled throttled) {
            due += (long) (bytes.length() * 1e9 / throttled.bytesPerSecond());
        }
        lastDue = due;
        held.add(new Chunk(bytes, due));
        heldBytes += bytes.length();
        carryOn();
    }

    private void carryOn() {
        if (condition.get() instanceof Condition.HalfOpen || timer >= 0) {
            pauseIfFull();
            return;
        }
        long now = System.nanoTime();
        while (!held.isEmpty() && held.peek().due() <= now) {
            Buffer bytes = held.poll().bytes();
            heldBytes -= bytes.length();
            sink.write(bytes);
        }
        if (!held.isEmpty()) {
            timer = vertx.setTimer(Math.max(1, (held.peek().due() - now + 999_999) / 1_000_000), fired -> {
                timer = -1;
                carryOn();
                resumeIfRoom();
            });
        }
        pauseIfFull();
    }

    private void pauseIfFull() {
        if (heldBytes > MOST_HELD || sink.writeQueueFull()) {
            source.pause();
        }
    }

    private void resumeIfRoom() {
        if (heldBytes <= MOST_HELD && !sink.writeQueueFull()) {
            source.resume();
        }
    }

    /** Both directions of one connection; when one side ends, so does the other. */
    static final class Pair {

        private final NetSocket near;
        private final NetSocket far;
        private final Pipe there;
        private final Pipe back;

        /** @param near paused until now */
        Pair(Vertx vertx, NetSocket near, NetSocket far, Supplier<Condition> condition, LongConsumer affected) {
            this.near = near;
            this.far = far;
            this.there = new Pipe(vertx, near, far, condition, affected);
            this.back = new Pipe(vertx, far, near, condition, affected);
            near.resume();
        }

        void onEnd(Runnable action) {
            near.closeHandler(closed -> {
                action.run();
                far.close();
            });
            far.closeHandler(closed -> {
                action.run();
                near.close();
            });
        }

        void onConditionChanged() {
            there.carryOn();
            back.carryOn();
        }

        void reset() {
            near.close();
            far.close();
        }
    }
}
