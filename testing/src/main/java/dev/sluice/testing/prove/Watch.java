package dev.sluice.testing.prove;

import dev.sluice.testing.fault.EngineNode;
import dev.sluice.testing.guarantee.MemoryBounded;
import dev.sluice.testing.guarantee.OffsetBehindEffect;

import java.util.List;
import java.util.Random;

/** Looks at memory every quarter of a second, and at offsets and effects at random moments, until it is closed. */
final class Watch implements AutoCloseable {

    private static final long PAUSE_MILLIS = 250;
    private static final int LONGEST_PAUSE_MILLIS = 1_500;

    private final List<Thread> threads;

    Watch(List<EngineNode> nodes, MemoryBounded memory, OffsetBehindEffect offsets, Random random) {
        threads = List.of(thread("watch-memory", () -> {
            nodes.forEach(node -> memory.onSample(node.name(), node.resident()));
            Thread.sleep(PAUSE_MILLIS);
        }), thread("watch-offsets", () -> {
            offsets.look();
            Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
        }));
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private interface Step {

        void take() throws InterruptedException;
    }

    private static Thread thread(String name, Step step) {
        Thread thread = new Thread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    step.take();
                }
            } catch (InterruptedException | org.apache.kafka.common.errors.InterruptException end) {
                Thread.currentThread().interrupt();
            }
        }, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Returns when the last look is over. */
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
