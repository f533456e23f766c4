package dev.sluice.consumer;

import dev.sluice.event.Decoded;
import dev.sluice.event.EventDecoder;
import dev.sluice.event.FailureHeaders;
import dev.sluice.event.RawRecord;
import dev.sluice.event.Topics;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The one thread that touches the consumer. Each turn: hand over what is due, compute the paused partitions afresh, poll,
 * hand over, commit what moved. Polling goes on whatever happens behind, so that no {@code max.poll.interval.ms} is missed.
 *
 * <p>Revocation runs here, inside Kafka's callback: close, drain (bounded), commit, forget. On loss: forget.
 */
final class PollLoop implements Runnable, ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);
    private static final long LONGEST_POLL_MILLIS = 50;
    private static final Duration LAST_COMMIT_DEADLINE = Duration.ofSeconds(5);
    /** Metadata of a commit after an orderly hand-over. */
    private static final String CLEAN = "clean";

    private final String group;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Function<String, String> topicIds;
    private final Pipeline pipeline;
    private final ConsumerSettings settings;
    private final LongSupplier budget;
    private final PauseRule pauseRule;
    private final EventDecoder decoder = new EventDecoder();
    private final RetryGate retryGate = new RetryGate();
    private final Map<TopicPartition, AssignedPartition> assigned = new HashMap<>();
    /** Decoded and not handed over: the queue had no room. While it has any, nothing is read. */
    private final Deque<Work> refused = new ArrayDeque<>();
    private final Semaphore wakes = new Semaphore(0);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopping;
    private volatile long lastTurnNanos = System.nanoTime();
    private long lastCommitNanos = System.nanoTime();

    /**
     * @param consumer subscribed by {@link #run}, closed when it ends
     * @param topicIds Kafka's id of a topic; may block
     * @param budget   bytes that may be unsettled; any thread
     */
    PollLoop(String group, KafkaConsumer<byte[], byte[]> consumer, Function<String, String> topicIds, Pipeline pipeline,
             ConsumerSettings settings, LongSupplier budget) {
        this.group = group;
        this.consumer = consumer;
        this.topicIds = topicIds;
        this.pipeline = pipeline;
        this.settings = settings;
        this.budget = budget;
        this.pauseRule = new PauseRule(settings.maxQueueSize());
    }

    void subscribe(Collection<String> topics) {
        consumer.subscribe(topics, this);
    }

    /** Any thread: there may be room again. */
    void wake() {
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    /** Any thread. @return completes when everything is drained, committed and closed, or failed with what ended it */
    CompletableFuture<Void> stop() {
        stopping = true;
        wake();
        return ended;
    }

    /** Nanoseconds since the last turn began: a loop that stands still is ill. Any thread. */
    long stillForNanos() {
        return System.nanoTime() - lastTurnNanos;
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                try {
                    turn();
                } catch (RetriableException passing) {
                    LOG.warn("group={} Kafka did not answer ({}); polling goes on", group, passing.toString());
                }
            }
            giveUp(assigned.keySet(), settings.stopDeadline());
            consumer.close();
            ended.complete(null);
        } catch (RuntimeException | Error error) {
            LOG.error("group={} The poll loop has ended; its partitions go to others: {}", group, error.toString(), error);
            closeQuietly();
            ended.completeExceptionally(error);
        }
    }

    private void turn() {
        lastTurnNanos = System.nanoTime();
        handOver(retryGate.due(System.currentTimeMillis()));
        boolean allPaused = applyPauses();
        if (allPaused) {
            awaitRoom();
        }
        List<Work> ready = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(allPaused ? 1 : pollMillis()))) {
            onRecordPolled(record, ready);
        }
        handOver(ready);
        if (System.nanoTime() - lastCommitNanos >= settings.commitInterval().toNanos()) {
            commitWhatMoved();
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

    private void onRecordPolled(ConsumerRecord<byte[], byte[]> consumed, List<Work> ready) {
        AssignedPartition partition = assigned.get(new TopicPartition(consumed.topic(), consumed.partition()));
        RawRecord record = raw(consumed);
        partition.onPolled(record.offset(), record.size());
        boolean retry = Topics.isRetry(record.topic());
        if (retry && !group.equals(record.header(FailureHeaders.ORIGINAL_GROUP))) {
            partition.settle(record.offset(), record.size());
            return;
        }
        Decoded decoded = decoder.decode(record, partition.topicId());
        Work work = new Work(partition, record, decoded, System.nanoTime());
        long due = retry ? dueMillis(record) : 0;
        if (retry && (due > System.currentTimeMillis() || retryGate.closed().contains(partition))) {
            retryGate.hold(work, due);
        } else {
            ready.add(work);
        }
    }

    private static long dueMillis(RawRecord record) {
        String after = record.header(FailureHeaders.RETRY_AFTER);
        try {
            return after == null ? 0 : Instant.parse(after).toEpochMilli();
        } catch (DateTimeException notOurs) {
            return 0;
        }
    }

    private static RawRecord raw(ConsumerRecord<byte[], byte[]> record) {
        List<RawRecord.Header> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(new RawRecord.Header(header.key(), header.value())));
        return new RawRecord(record.topic(), record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), headers);
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
                ? pauseRule.paused(assigned.values(), pipeline.waiting(), budget.getAsLong()) : assigned.values());
        wanted.addAll(retryGate.closed());
        Set<TopicPartition> pause = new HashSet<>();
        wanted.forEach(partition -> pause.add(partition.topicPartition()));
        Set<TopicPartition> paused = consumer.paused();
        Set<TopicPartition> resume = new HashSet<>(paused);
        resume.removeAll(pause);
        boolean all = !assigned.isEmpty() && pause.size() == assigned.size();
        pause.removeAll(paused);
        consumer.pause(pause);
        consumer.resume(resume);
        return all;
    }

    private void commitWhatMoved() {
        lastCommitNanos = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> moved = watermarks(assigned.keySet(), "");
        if (moved.isEmpty()) {
            return;
        }
        Map<TopicPartition, AssignedPartition> tenures = Map.copyOf(assigned);
        consumer.commitAsync(moved, (offsets, error) -> {
            if (error == null) {
                offsets.forEach((partition, offset) -> tenures.get(partition).onCommitted(offset.offset()));
            } else {
                LOG.warn("group={} Offsets are not committed ({}); the next commit carries them", group, error.toString());
            }
        });
    }

    /** What may be committed and is not; gaps at the end (markers, compaction) count once all is settled. */
    private Map<TopicPartition, OffsetAndMetadata> watermarks(Collection<TopicPartition> partitions, String metadata) {
        Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
        for (TopicPartition topicPartition : partitions) {
            AssignedPartition partition = assigned.get(topicPartition);
            if (partition.pending() == 0) {
                partition.onPosition(consumer.position(topicPartition));
            }
            long watermark = partition.watermark();
            if (watermark > partition.committed()) {
                moved.put(topicPartition, new OffsetAndMetadata(watermark, metadata));
            }
        }
        return moved;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(new HashSet<>(partitions));
        List<TopicPartition> never = partitions.stream().filter(partition -> committed.get(partition) == null).toList();
        if (!never.isEmpty()) {
            consumer.seekToBeginning(never);
        }
        for (TopicPartition partition : partitions) {
            assigned.put(partition, new AssignedPartition(partition, topicIds.apply(partition.topic()),
                    consumer.position(partition)));
        }
        LOG.info("group={} {} partitions assigned, {} now", group, partitions.size(), assigned.size());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        giveUp(partitions, settings.revocationDrain());
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        LOG.warn("group={} {} partitions lost: nothing is committed, their events come again", group, partitions.size());
        pipeline.drain(tenures(partitions));
        forget(partitions);
    }

    /** Close, drain, commit, forget: in this order. */
    private void giveUp(Collection<TopicPartition> partitions, Duration limit) {
        List<TopicPartition> ours = partitions.stream().filter(assigned::containsKey).toList();
        if (ours.isEmpty()) {
            return;
        }
        boolean drained = drain(ours, limit);
        Map<TopicPartition, OffsetAndMetadata> moved = watermarks(ours, drained ? CLEAN : "");
        try {
            commitSync(moved);
        } catch (KafkaException refused) {
            LOG.warn("group={} The last commit of {} partitions failed ({}); their events come again, without a second "
                    + "effect", group, moved.size(), refused.toString());
        }
        forget(ours);
    }

    private boolean drain(Collection<TopicPartition> partitions, Duration limit) {
        try {
            pipeline.drain(tenures(partitions)).get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException slow) {
            LOG.warn("group={} {} partitions are given up with work still under way after {} ms", group,
                    partitions.size(), limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a drain only ever completes", e);
        }
        return false;
    }

    private void commitSync(Map<TopicPartition, OffsetAndMetadata> moved) {
        if (moved.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(moved, LAST_COMMIT_DEADLINE);
        } catch (WakeupException once) {
            consumer.commitSync(moved, LAST_COMMIT_DEADLINE);
        }
    }

    private List<AssignedPartition> tenures(Collection<TopicPartition> partitions) {
        return partitions.stream().map(assigned::get).filter(java.util.Objects::nonNull).toList();
    }

    private void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : List.copyOf(partitions)) {
            AssignedPartition tenure = assigned.remove(partition);
            if (tenure != null) {
                tenure.close();
                retryGate.forget(tenure);
            }
        }
        refused.removeIf(Work::isAbandoned);
    }

    private void closeQuietly() {
        pipeline.drain(List.copyOf(assigned.values()));
        try {
            consumer.close();
        } catch (RuntimeException alreadyBroken) {
            LOG.warn("group={} The consumer could not be closed: {}", group, alreadyBroken.toString());
        }
    }
}
