package dev.sluice.lag;

import dev.sluice.bus.LagReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Makes samples, one at a time: a question is answered from a sample that began after it, and questions that wait for
 * one share it. For one context.
 */
final class Sampling {

    private final Vertx vertx;
    private final GroupOffsets offsets;
    private final OldestUnread oldest;
    private final ParkedCount parked;
    private final Pauses pauses;
    private final LagBook book;
    private final long deadlineMillis;
    /** The sample that Kafka is answering; null when there is none. */
    private Future<LagReport> running;
    /** The one after it, for those who asked since it began; null when nobody has. */
    private Future<LagReport> next;

    Sampling(Vertx vertx, LagSettings settings, GroupOffsets offsets, OldestUnread oldest, ParkedCount parked,
             Pauses pauses) {
        this.vertx = vertx;
        this.offsets = offsets;
        this.oldest = oldest;
        this.parked = parked;
        this.pauses = pauses;
        this.book = new LagBook(settings.interval().toMillis());
        this.deadlineMillis = settings.deadline().toMillis();
    }

    Future<LagReport> sampleFromNow() {
        if (running == null) {
            return startSample();
        }
        if (next == null) {
            next = running.transform(ended -> startSample());
        }
        return next;
    }

    /** Commits first, then ends, then what is parked: an event that moves on is seen at least once. */
    private Future<LagReport> startSample() {
        next = null;
        Future<LagReport> sample = offsets.read().compose(readings -> parked.read().compose(waiting ->
                vertx.executeBlocking(() -> oldest.read(readings), true).map(found -> book.onSampled(readings,
                        new LagBook.Circumstances(found, waiting, pauses.now(System.nanoTime()), System.currentTimeMillis())))));
        running = sample.timeout(deadlineMillis, TimeUnit.MILLISECONDS).andThen(ended -> running = null);
        return running;
    }

    /** Within the sample's deadline. */
    Future<?> idle() {
        return running == null ? Future.succeededFuture() : running.otherwiseEmpty();
    }

    Future<?> close(Duration limit) {
        return idle().eventually(() -> vertx.executeBlocking(() -> {
            offsets.close(limit);
            oldest.close();
            return null;
        }, true));
    }
}
