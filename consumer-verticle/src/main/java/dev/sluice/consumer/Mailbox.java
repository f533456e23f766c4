package dev.sluice.consumer;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** What other threads ask of the poll thread; it answers between two polls. */
final class Mailbox {

    private final Queue<Runnable> letters = new ConcurrentLinkedQueue<>();

    /** Any thread. @return fails with what the work throws */
    <T> CompletableFuture<T> ask(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        letters.add(() -> {
            try {
                answer.complete(work.get());
            } catch (RuntimeException refused) {
                answer.completeExceptionally(refused);
            }
        });
        return answer;
    }

    /** Poll thread. */
    void serve() {
        for (Runnable letter = letters.poll(); letter != null; letter = letters.poll()) {
            letter.run();
        }
    }
}
