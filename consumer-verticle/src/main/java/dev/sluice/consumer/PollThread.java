package dev.sluice.consumer;

import dev.sluice.consumer.ConsumerSettings.Membership;
import io.micrometer.core.instrument.Counter;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keeps a poll loop running: one that ends by an exception is followed by another, with a consumer of its own, after
 * 100 ms doubling to 30 s with 20 % jitter.
 */
final class PollThread implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(PollThread.class);
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LONGEST_BACKOFF_MILLIS = 30_000;
    /** A loop that ran so long has recovered: the next backoff is the first again. */
    private static final long RECOVERED_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String group;
    private final Supplier<PollLoop> loops;
    private final Counter restarts;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile PollLoop loop;
    private volatile boolean restarting;
    private volatile Membership membership = Membership.KEPT;

    /** @param loops makes one, subscribed; the first at once, so that a setting that Kafka refuses is told at the start */
    PollThread(String group, Supplier<PollLoop> loops, Counter restarts) {
        this.group = group;
        this.loops = loops;
        this.restarts = restarts;
        this.loop = loops.get();
    }

    void start() {
        new Thread(this, "sluice-poll-" + group).start();
    }

    /** Any thread. */
    void wake() {
        loop.wake();
    }

    /**
     * Any thread.
     *
     * @param then what becomes of the place in the group
     * @return completes when everything is drained, committed and closed
     */
    CompletableFuture<Void> stop(Membership then) {
        membership = then;
        stopped.countDown();
        loop.stop(then);
        return ended;
    }

    boolean isRestarting() {
        return restarting;
    }

    long stillForNanos() {
        return loop.stillForNanos();
    }

    CompletableFuture<Long> resume(TopicPartition partition, String from) {
        return loop.resume(partition, from);
    }

    /** Any thread. @return see {@link Commits#ahead} */
    CompletableFuture<Void> commitAhead(Map<AssignedPartition, Long> next) {
        return loop.commitAhead(next);
    }

    Collection<LostRange> lost() {
        return loop.lost();
    }

    @Override
    public void run() {
        long backoff = FIRST_BACKOFF_MILLIS;
        while (stopped.getCount() > 0) {
            long began = System.nanoTime();
            try {
                loop.run();
                restarting = false;
            } catch (RuntimeException | Error error) {
                restarting = true;
                restarts.increment();
                backoff = System.nanoTime() - began > RECOVERED_NANOS ? FIRST_BACKOFF_MILLIS : backoff;
                LOG.error("group={} The poll loop has ended; another starts in {} ms: {}", group, backoff,
                        error.toString(), error);
            }
            if (restarting && !stopsWithin(backoff)) {
                backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MILLIS);
                renew();
            }
        }
        ended.complete(null);
    }

    private boolean stopsWithin(long millis) {
        try {
            return stopped.await((long) (millis * ThreadLocalRandom.current().nextDouble(0.8, 1.2)),
                    TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
            return true;
        }
    }

    /** When no consumer can be made, the old loop is kept: it fails at once, and its turn comes round again. */
    private void renew() {
        try {
            loop = loops.get();
            restarting = false;
        } catch (RuntimeException refused) {
            LOG.error("group={} No consumer can be made: {}", group, refused.toString(), refused);
        }
        if (stopped.getCount() == 0) {
            loop.stop(membership);
        }
    }
}
