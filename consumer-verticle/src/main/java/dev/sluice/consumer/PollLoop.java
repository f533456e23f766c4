package dev.sluice.consumer;

import dev.sluice.consumer.ConsumerSettings.Membership;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import static org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation.DEFAULT;
import static org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation.LEAVE_GROUP;

/**
 * The one thread that touches the consumer. Each turn: hand over what is due, compute the paused partitions afresh, poll,
 * hand over, commit what moved. Polling goes on whatever happens behind, so that no {@code max.poll.interval.ms} is missed.
 *
 * <p>Revocation runs here, inside Kafka's callback: close, drain (bounded), commit, forget. On loss: forget.
 */
final class PollLoop implements ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);
    private static final long LONGEST_POLL_MILLIS = 50;
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final String group;
    private final Consumer<byte[], byte[]> consumer;
    private final Positions positions;
    private final Commits commits;
    private final Pipeline pipeline;
    private final Drain drain;
    private final ConsumerSettings settings;
    private final LongSupplier budget;
    private final PauseRule pauseRule;
    private final Pauses pauses;
    private final RecordIntake intake;
    private final RetryGate retryGate = new RetryGate();
    private final Map<TopicPartition, AssignedPartition> assigned = new HashMap<>();
    /** Assigned, and not to be read before this is complete: what waits of them elsewhere comes first. */
    private final Map<AssignedPartition, CompletableFuture<Void>> preparing = new HashMap<>();
    /** Decoded and not handed over: the queue had no room. While it has any, nothing is read. */
    private final Deque<Work> refused = new ArrayDeque<>();
    private final Mailbox mailbox = new Mailbox();
    /** What is served while a callback of Kafka's runs, too. */
    private final Mailbox urgent = new Mailbox();
    private final Semaphore wakes = new Semaphore(0);
    private final HandlerWatch watch;
    private final Listener listener;
    private volatile boolean stopping;
    private volatile Membership membership = Membership.KEPT;
    private volatile long lastTurnNanos = System.nanoTime();
    private boolean stoodStill;
    private long lastCommitNanos = System.nanoTime();

    /** Told on the poll thread. */
    interface Listener {
        void onRevoked();

        void onLost();

        /** Reading begins to stand still, because queue or budget is used up. */
        void onPaused();
    }

    /**
     * @param consumer closed when {@link #run} ends
     * @param budget   bytes that may be unsettled; any thread
     */
    PollLoop(String group, Consumer<byte[], byte[]> consumer, Positions positions, Commits commits, Pipeline pipeline,
             ConsumerSettings settings, LongSupplier budget, HandlerWatch watch, Listener listener) {
        this.group = group;
        this.consumer = consumer;
        this.pauses = new Pauses(consumer);
        this.positions = positions;
        this.commits = commits;
        this.pipeline = pipeline;
        this.drain = new Drain(pipeline, urgent);
        this.settings = settings;
        this.budget = budget;
        this.watch = watch;
        this.listener = listener;
        this.intake = new RecordIntake(group, retryGate);
        this.pauseRule = new PauseRule(settings.maxQueueSize());
    }

    PollLoop subscribed(Collection<String> topics) {
        consumer.subscribe(topics, this);
        return this;
    }

    /** Any thread: there may be room again. */
    void wake() {
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    /** Any thread: {@link #run} drains, commits, closes and returns. @param then what becomes of its place in the group */
    void stop(Membership then) {
        membership = then;
        stopping = true;
        wake();
    }

    /** Nanoseconds since the last turn began: a loop that stands still is ill. Any thread. */
    long stillForNanos() {
        return System.nanoTime() - lastTurnNanos;
    }

    /**
     * Any thread: a stopped partition is read again. Its new place is committed first, so that it holds for later owners.
     *
     * @param from {@code earliest}, or an offset
     * @return the next offset; fails with what is wrong
     */
    CompletableFuture<Long> resume(TopicPartition partition, String from) {
        CompletableFuture<Long> resumed = mailbox.ask(() -> goOn(partition, from));
        wake();
        return resumed;
    }

    /** Any thread. @return see {@link Commits#ahead} */
    CompletableFuture<Void> commitAhead(Map<AssignedPartition, Long> next) {
        CompletableFuture<Void> committed = urgent.ask(() -> commits.ahead(next));
        wake();
        return committed;
    }

    private long goOn(TopicPartition partition, String from) {
        long offset = positions.startOf(partition, from);
        AssignedPartition before = assigned.get(partition);
        if (before != null && before.pending() > 0) {
            throw new IllegalArgumentException(partition + " has " + before.pending() + " events under way that were read "
                    + "before; try again when they have ended");
        }
        consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset, Commits.CLEAN)), CLOSE_DEADLINE);
        forget(List.of(partition));
        consumer.seek(partition, offset);
        positions.onAssigned(List.of(partition));
        return offset;
    }

    Collection<LostRange> lost() { // any thread
        return positions.lost();
    }

    /** Until it is stopped. What it throws is no fault that passes: this consumer is closed then. */
    void run() {
        try {
            while (!stopping) {
                step();
            }
            giveUp(assigned.keySet(), settings.stopDeadline());
        } finally {
            end();
        }
    }

    /** One turn; what Kafka can't answer now is asked again by the next. */
    void step() {
        try {
            turn();
        } catch (OffsetOutOfRangeException gone) {
            positions.onOutOfRange(gone);
        } catch (NoOffsetForPartitionException notPlacedYet) {
            LOG.debug("group={} {}", group, notPlacedYet.toString());
        } catch (RetriableException passing) {
            LOG.warn("group={} Kafka did not answer ({}); polling goes on", group, passing.toString());
            awaitRoom();
        }
    }

    /** After the last step, whatever ended it: commits nothing. */
    void end() {
        mailbox.close();
        urgent.close();
        forget(List.copyOf(assigned.keySet()));
        close();
    }

    private void turn() {
        lastTurnNanos = System.nanoTime();
        watch.look();
        mailbox.serve();
        urgent.serve();
        takeUp();
        handOver(retryGate.due(System.currentTimeMillis()));
        boolean allPaused = applyPauses();
        if (allPaused) {
            awaitRoom();
        }
        List<Work> ready = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(allPaused ? 1 : pollMillis()))) {
            intake.onRecordPolled(record, assigned.get(new TopicPartition(record.topic(), record.partition())))
                    .ifPresent(ready::add);
        }
        handOver(ready);
        if (System.nanoTime() - lastCommitNanos >= settings.commitInterval().toNanos()) {
            lastCommitNanos = System.nanoTime();
            commits.whatMoved(assigned.values());
        }
    }

    private void takeUp() {
        List<AssignedPartition> placed = positions.place();
        placed.forEach(partition -> {
            assigned.put(partition.topicPartition(), partition);
            preparing.put(partition, pipeline.prepare(partition));
        });
        preparing.values().removeIf(CompletableFuture::isDone);
        if (!placed.isEmpty()) {
            LOG.info("group={} {} partitions assigned, {} now", group, placed.size(), assigned.size());
            LOG.debug("group={} Assigned, with their positions: {}", group, placed);
        }
    }

    private long pollMillis() {
        long due = retryGate.nextDueMillis().orElse(Long.MAX_VALUE) - System.currentTimeMillis();
        return Math.max(1, Math.min(LONGEST_POLL_MILLIS, due));
    }

    private void awaitRoom() {
        try {
            if (wakes.tryAcquire(LONGEST_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                wakes.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    /** As many as the queue has room for; the rest waits here and stops the reading. */
    private void handOver(List<Work> works) {
        refused.addAll(works);
        int room = settings.maxQueueSize() - pipeline.waiting();
        List<Work> accepted = new ArrayList<>();
        while (!refused.isEmpty() && accepted.size() < room) {
            accepted.add(refused.poll());
        }
        if (!accepted.isEmpty()) {
            pipeline.accept(accepted);
        }
    }

    /** @return whether nothing is to be read now */
    private boolean applyPauses() {
        Set<AssignedPartition> wanted = new HashSet<>(refused.isEmpty()
                ? pauseRule.paused(assigned.values(), pipeline.waiting(), budget.getAsLong(), this::unsettledBytes) : assigned.values());
        boolean standsStill = !wanted.isEmpty() && wanted.size() == assigned.size();
        if (standsStill && !stoodStill) {
            listener.onPaused();
        }
        stoodStill = standsStill;
        wanted.addAll(retryGate.closed());
        wanted.addAll(preparing.keySet());
        Set<TopicPartition> pause = positions.held();
        wanted.forEach(partition -> pause.add(partition.topicPartition()));
        return pauses.only(pause);
    }

    /** A retry that waits for its time would hold up for seconds what is due now. */
    private long unsettledBytes(AssignedPartition partition) {
        return partition.unsettledBytes() - retryGate.heldBytes(partition);
    }

    /** The next turns ask Kafka where they start, as often as need be. */
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        positions.onAssigned(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            listener.onRevoked();
        }
        giveUp(partitions, settings.revocationDrain());
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        listener.onLost();
        LOG.warn("group={} {} partitions lost: nothing is committed, their events come again", group, partitions.size());
        pipeline.drain(tenures(partitions));
        forget(partitions);
    }

    /** Drain, commit, forget: in this order. */
    private void giveUp(Collection<TopicPartition> partitions, Duration limit) {
        List<AssignedPartition> ours = tenures(partitions);
        if (!ours.isEmpty()) {
            commits.last(ours, drain(ours, limit));
        }
        forget(partitions);
    }

    private boolean drain(List<AssignedPartition> partitions, Duration limit) {
        boolean ended = drain.endsWithin(limit, partitions);
        if (!ended) {
            LOG.warn("group={} {} partitions are given up with work still under way after {} ms", group, partitions.size(), limit.toMillis());
        }
        return ended;
    }

    private List<AssignedPartition> tenures(Collection<TopicPartition> partitions) {
        return partitions.stream().map(assigned::get).filter(Objects::nonNull).toList();
    }

    private void forget(Collection<TopicPartition> partitions) {
        List<AssignedPartition> gone = tenures(partitions);
        gone.forEach(AssignedPartition::close);
        gone.forEach(retryGate::forget);
        preparing.keySet().removeAll(gone);
        pipeline.drain(gone);
        positions.forget(List.copyOf(partitions));
        assigned.keySet().removeAll(List.copyOf(partitions));
        refused.removeIf(Work::isAbandoned);
    }

    private void close() {
        try {
            consumer.close(CloseOptions.timeout(CLOSE_DEADLINE).withGroupMembershipOperation(
                    membership == Membership.LEFT ? LEAVE_GROUP : DEFAULT));
        } catch (RuntimeException alreadyBroken) {
            LOG.warn("group={} The consumer could not be closed: {}", group, alreadyBroken.toString());
        }
    }
}
