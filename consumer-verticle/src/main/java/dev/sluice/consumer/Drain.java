package dev.sluice.consumer;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, on the poll thread, until partitions that are given up have nothing under way. */
final class Drain {

    /** Longest wait for what lies below finished work and has not started; never more than half of all the time. */
    private static final long LONGEST_FINISH_MILLIS = 3_000;

    private final Pipeline pipeline;
    private final Mailbox urgent;

    /** @param urgent what the work under way may need of the poll thread in order to end */
    Drain(Pipeline pipeline, Mailbox urgent) {
        this.pipeline = pipeline;
        this.urgent = urgent;
    }

    /** @return false when something is still under way after all that time */
    boolean endsWithin(Duration limit, Collection<AssignedPartition> partitions) {
        long finish = Math.min(LONGEST_FINISH_MILLIS, limit.toMillis() / 2);
        return endsWithin(finish, pipeline.finish(partitions)) || endsWithin(limit.toMillis() - finish, pipeline.drain(partitions));
    }

    private boolean endsWithin(long millis, CompletableFuture<Void> end) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!end.isDone()) {
                long left = Math.max(0, deadline - System.nanoTime());
                CompletableFuture.anyOf(end, urgent.arrival()).get(left, TimeUnit.NANOSECONDS);
                urgent.serve();
            }
            return true;
        } catch (TimeoutException slow) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a drain only ever completes", e);
        }
        return false;
    }
}
