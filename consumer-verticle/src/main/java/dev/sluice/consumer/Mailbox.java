package dev.sluice.consumer;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** What other threads ask of the poll thread; it answers between two polls, and once it is closed, nothing more. */
final class Mailbox {

    private final Queue<Runnable> letters = new ConcurrentLinkedQueue<>();
    private volatile CompletableFuture<Void> arrival = new CompletableFuture<>();
    private volatile boolean closed;

    /** Any thread. @return fails with what the work throws, or when nobody serves any more */
    <T> CompletableFuture<T> ask(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        letters.add(() -> {
            try {
                if (closed) {
                    throw new IllegalStateException("the poll loop has ended");
                }
                answer.complete(work.get());
            } catch (RuntimeException refused) {
                answer.completeExceptionally(refused);
            }
        });
        arrival.complete(null);
        if (closed) {
            serve();
        }
        return answer;
    }

    /** Poll thread. @return completes when there is something to serve */
    CompletableFuture<Void> arrival() {
        CompletableFuture<Void> next = new CompletableFuture<>();
        arrival = next;
        if (!letters.isEmpty()) {
            next.complete(null);
        }
        return next;
    }

    /** Poll thread. */
    void serve() {
        for (Runnable letter = letters.poll(); letter != null; letter = letters.poll()) {
            letter.run();
        }
    }

    /** Refuses what is there and what still comes. */
    void close() {
        closed = true;
        serve();
    }
}
