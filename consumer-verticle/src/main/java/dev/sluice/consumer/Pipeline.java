package dev.sluice.consumer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * From the poll thread to the outcome: works go into lanes, lanes into batches, as many at once as may be. A partial
 * batch never waits while a transaction's slot is free, so an idle consumer runs each event at once and a busy one
 * collects. The poll thread hands over and closes; all else happens on the event loop.
 */
final class Pipeline {

    private final Context context;
    private final KeyLanes lanes;
    private final BatchSize batchSize;
    private final IntSupplier concurrency;
    private final Runnable wakePoller;
    private final LetterBudget letters;
    /** On their way from the poll thread to a lane. */
    private final AtomicInteger handedOver = new AtomicInteger();
    private volatile int inLanes;
    private final Map<AssignedPartition, CompletableFuture<Void>> drains = new HashMap<>();
    private BatchRun batchRun;
    private Downstream downstream;
    private Trials trials;
    private Succession succession = Succession.OVERTAKING;
    /** Batches. */
    private int running;
    /** Events that have started and not ended. */
    private int underWay;
    /** {@link #pump} is about to run: many works end at once, and one look is enough. */
    private boolean pumping;
    /** Null until somebody waits. */
    private Promise<Void> idle;

    /**
     * @param batchSize   events that may start together
     * @param concurrency batches that may be under way at once, now; event loop
     * @param letters     what may still die
     * @param wakePoller  tells the poll thread to look again; any thread
     */
    Pipeline(Context context, Ordering ordering, BatchSize batchSize, IntSupplier concurrency, LetterBudget letters,
             Runnable wakePoller) {
        this.context = context;
        this.lanes = new KeyLanes(ordering);
        this.batchSize = batchSize;
        this.concurrency = concurrency;
        this.letters = letters;
        this.wakePoller = wakePoller;
    }

    void runWith(BatchRun run, Downstream backend, Succession order, Trials suspects) {
        this.trials = suspects;
        this.succession = order;
        this.batchRun = run;
        this.downstream = backend;
    }

    /** Events handed over and not started, but for those of {@code parked_events}, which have a bound of their own. Any thread. */
    int waiting() {
        return handedOver.get() + inLanes;
    }

    /** How long the event that has waited longest for its turn has waited; 0 when none does. Event loop. */
    long oldestWaitMillis(long now) {
        return lanes.oldestNanos().isPresent() ? (now - lanes.oldestNanos().getAsLong()) / 1_000_000 : 0;
    }

    /** Poll thread: hands works over, in the order of their offsets per partition. */
    void accept(List<Work> works) {
        handedOver.addAndGet(works.size());
        context.runOnContext(now -> {
            trials.accept(works.stream().filter(work -> !work.isAbandoned()).toList());
            handedOver.addAndGet(-works.size());
            publishWaiting();
        });
    }

    /** Event loop: works that Kafka has handed over before. */
    void acceptAgain(List<Work> works) {
        trials.accept(works);
    }

    /** Event loop: works that may run now. */
    void start(List<Work> works) {
        works.forEach(lanes::add);
        pump();
    }

    /** Poll thread: a partition is assigned. @return completes when its first record may be handed over */
    CompletableFuture<Void> prepare(AssignedPartition partition) {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        long position = partition.watermark();
        // Trials first: an event that waits in PostgreSQL may be what killed the last owner, and is run as soon as it is found.
        context.runOnContext(now -> trials.onAssigned(partition, position)
                .eventually(() -> succession.onAssigned(partition, position)).onComplete(done -> {
            ready.complete(null);
            wakePoller.run();
        }));
        return ready;
    }

    /**
     * Poll thread: of these partitions only what lies below something that has started is run yet, so that nothing is done
     * above the watermark and nothing is delivered twice. With PostgreSQL away, nothing more starts.
     *
     * @return completes when nothing of them waits or runs any more
     */
    CompletableFuture<Void> finish(Collection<AssignedPartition> partitions) {
        CompletableFuture<Void> all = new CompletableFuture<>();
        context.runOnContext(now -> {
            if (downstream.isOpen()) {
                partitions.forEach(AssignedPartition::close);
                downstream.lookAgain();
            }
            partitions.forEach(AssignedPartition::closeAboveStarted);
            whenEnded(partitions, all);
        });
        return all;
    }

    /**
     * Poll thread: nothing more of these partitions starts, what waits is forgotten.
     *
     * @return completes when nothing of them runs any more
     */
    CompletableFuture<Void> drain(Collection<AssignedPartition> partitions) {
        partitions.forEach(AssignedPartition::close);
        CompletableFuture<Void> all = new CompletableFuture<>();
        context.runOnContext(now -> {
            downstream.lookAgain();
            whenEnded(partitions, all);
        });
        return all;
    }

    private void whenEnded(Collection<AssignedPartition> partitions, CompletableFuture<Void> all) {
        trials.dropAbandoned(lanes.dropAbandoned());
        publishWaiting();
        CompletableFuture<?>[] each = partitions.stream().map(partition -> hasEnded(partition)
                ? CompletableFuture.completedFuture(null)
                : drains.computeIfAbsent(partition, key -> new CompletableFuture<>())).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(each).thenRun(() -> all.complete(null));
        drains.keySet().stream().filter(this::hasEnded).toList().forEach(this::endDrain);
        pump();
    }

    private boolean hasEnded(AssignedPartition partition) {
        return partition.running() == 0 && !lanes.holds(partition);
    }

    private void endDrain(AssignedPartition partition) {
        CompletableFuture<Void> drain = drains.remove(partition);
        if (drain != null) {
            drain.complete(null);
        }
    }

    /** Starts what may start. Event loop. */
    void pump() {
        pumping = false;
        while (running < concurrency.getAsInt() && lanes.hasReady() && !downstream.isOpen() && batchRun.hasRoom()) {
            int allowed = letters.allows(System.nanoTime()) - underWay;
            if (allowed <= 0) {
                break;
            }
            List<Work> batch = lanes.take(Math.min(batchSize.limit(), allowed));
            underWay += batch.size();
            batch.forEach(work -> work.partition().onStarted(work.record().offset()));
            running++;
            long started = System.nanoTime();
            batchRun.run(batch).onComplete(done -> {
                running--;
                batchSize.onCommitted(batch.size(), (System.nanoTime() - started) / 1_000_000);
                pump();
                if (idle != null && running == 0) {
                    idle.tryComplete();
                }
            });
        }
        publishWaiting();
        wakePoller.run();
    }

    /** @return completes when no batch is under way any more; asked for once, when nothing new can start. Event loop */
    Future<Void> idle() {
        if (running == 0) {
            return batchRun.idle();
        }
        idle = Promise.promise();
        return idle.future().compose(ended -> batchRun.idle());
    }

    void onEnded(Work work) {
        underWay--;
        lanes.release(work);
        trials.onEnded(work);
        AssignedPartition partition = work.partition();
        partition.onEnded();
        if (drains.containsKey(partition) && hasEnded(partition)) {
            endDrain(partition);
        }
        if (!pumping && lanes.hasReady() && running < concurrency.getAsInt()) {
            pumping = true;
            context.runOnContext(now -> pump());
        }
    }

    private void publishWaiting() {
        inLanes = lanes.waiting() - lanes.waitingRows() + (trials == null ? 0 : trials.waiting());
    }
}
