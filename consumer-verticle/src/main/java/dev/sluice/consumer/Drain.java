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

    Drain(Pipeline pipeline) {
        this.pipeline = pipeline;
    }

    /** @return false when something is still under way after all that time */
    boolean endsWithin(Duration limit, Collection<AssignedPartition> partitions) {
        long finish = Math.min(LONGEST_FINISH_MILLIS, limit.toMillis() / 2);
        return endsWithin(finish, pipeline.finish(partitions)) || endsWithin(limit.toMillis() - finish, pipeline.drain(partitions));
    }

    private static boolean endsWithin(long millis, CompletableFuture<Void> end) {
        try {
            end.get(millis, TimeUnit.MILLISECONDS);
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
