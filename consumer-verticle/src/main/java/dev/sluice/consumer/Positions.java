package dev.sluice.consumer;

import dev.sluice.event.Topics;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/**
 * Where the reading of each partition starts, and where it must stop. A partition is read once Kafka has told where: until
 * then, however long it takes, it is paused. Poll thread only; {@link #lost} any.
 */
final class Positions {

    private static final Logger LOG = LoggerFactory.getLogger(Positions.class);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final String group;
    private final Consumer<byte[], byte[]> consumer;
    private final Function<String, String> topicIds;
    private final IntSupplier epoch;
    private final Subscription.Start start;
    /** Assigned, with a start that is not known yet. */
    private final Set<TopicPartition> unplaced = new HashSet<>();
    private volatile Map<TopicPartition, LostRange> lost = Map.of();

    Positions(String group, Consumer<byte[], byte[]> consumer, Function<String, String> topicIds) {
        this(group, consumer, topicIds, () -> 0, Subscription.Start.EARLIEST);
    }

    /** @param epoch of this member in its group, now @param start where no commit says where */
    Positions(String group, Consumer<byte[], byte[]> consumer, Function<String, String> topicIds, IntSupplier epoch,
              Subscription.Start start) {
        this.epoch = epoch;
        this.start = start;
        this.group = group;
        this.consumer = consumer;
        this.topicIds = topicIds;
    }

    void onAssigned(Collection<TopicPartition> partitions) {
        unplaced.addAll(partitions);
        consumer.pause(partitions);
    }

    /** @return those whose start is known now, committed */
    List<AssignedPartition> place() {
        List<AssignedPartition> placed = new ArrayList<>();
        if (unplaced.isEmpty()) {
            return placed;
        }
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(unplaced, DEADLINE);
            List<TopicPartition> never = unplaced.stream().filter(partition -> committed.get(partition) == null).toList();
            seekToStart(never);
            Map<TopicPartition, Long> suspectUntil = suspects(committed);
            Map<TopicPartition, OffsetAndMetadata> taken = new HashMap<>();
            for (TopicPartition partition : unplaced) {
                long position = consumer.position(partition, DEADLINE);
                placed.add(new AssignedPartition(partition, topicIds.apply(partition.topic()), position,
                        suspectUntil.getOrDefault(partition, -1L), epoch.getAsInt()));
                taken.put(partition, new OffsetAndMetadata(position));
            }
            taken.keySet().removeAll(suspectUntil.keySet());
            if (!taken.isEmpty()) { // before the first record runs: a death from now on is seen by the next owner
                consumer.commitSync(taken, DEADLINE);
            }
            unplaced.clear();
        } catch (RetriableException | CommitFailedException | RebalanceInProgressException | IllegalStateException passing) {
            placed.clear();
            LOG.warn("group={} Kafka has not told where {} partitions start ({}); they wait", group, unplaced.size(),
                    passing.toString());
        }
        return placed;
    }

    /** What is retried is this group's own, wherever it starts. */
    private void seekToStart(List<TopicPartition> never) {
        Map<Boolean, List<TopicPartition>> byEnd = never.stream().collect(Collectors.partitioningBy(partition ->
                start == Subscription.Start.LATEST && !Topics.isRetry(partition.topic())));
        if (!byEnd.get(true).isEmpty()) { // none would mean all
            consumer.seekToEnd(byEnd.get(true));
        }
        if (!byEnd.get(false).isEmpty()) {
            consumer.seekToBeginning(byEnd.get(false));
        }
    }

    /** Those that were taken up and not handed over in order, each with its end. */
    private Map<TopicPartition, Long> suspects(Map<TopicPartition, OffsetAndMetadata> committed) {
        Set<TopicPartition> suspects = new HashSet<>();
        committed.forEach((partition, offset) -> {
            if (offset != null && !offset.metadata().equals(Commits.CLEAN)) {
                suspects.add(partition);
            }
        });
        return suspects.isEmpty() ? Map.of() : consumer.endOffsets(suspects, DEADLINE);
    }

    void onOutOfRange(OffsetOutOfRangeException gone) {
        Map<TopicPartition, LostRange> all = new HashMap<>(lost);
        gone.offsetOutOfRangePartitions().forEach((partition, from) -> {
            LostRange range = new LostRange(partition, from, firstLeft(partition, from));
            all.put(partition, range);
            LOG.error("group={} topic={} partition={} offset={} {}; it waits for an operator's word", group,
                    partition.topic(), partition.partition(), from, range);
        });
        lost = Map.copyOf(all);
    }

    /**
     * Where a stopped partition goes on.
     *
     * @param from {@code earliest}, or an offset that it has
     * @throws IllegalArgumentException says what is allowed
     */
    long startOf(TopicPartition partition, String from) {
        if (!isLost(partition)) {
            throw new IllegalArgumentException(partition + " is not stopped");
        }
        long first = consumer.beginningOffsets(Set.of(partition), DEADLINE).get(partition);
        long end = consumer.endOffsets(Set.of(partition), DEADLINE).get(partition);
        long offset = from.equals("earliest") ? first : from.matches("[0-9]{1,18}") ? Long.parseLong(from) : -1;
        if (offset < first || offset > end) {
            throw new IllegalArgumentException(partition + " can go on from " + first + " (earliest) to " + end + ", not from " + from);
        }
        return offset;
    }

    private long firstLeft(TopicPartition partition, long otherwise) {
        try {
            return consumer.beginningOffsets(Set.of(partition), DEADLINE).getOrDefault(partition, otherwise);
        } catch (KafkaException notTold) {
            return otherwise;
        }
    }

    /** Not to be read now. */
    Set<TopicPartition> held() {
        Set<TopicPartition> held = new HashSet<>(unplaced);
        held.addAll(lost.keySet());
        return held;
    }

    boolean isLost(TopicPartition partition) {
        return lost.containsKey(partition);
    }

    /** Partitions that wait for an operator. Any thread. */
    Collection<LostRange> lost() {
        return lost.values();
    }

    void forget(Collection<TopicPartition> partitions) {
        unplaced.removeAll(partitions);
        Map<TopicPartition, LostRange> rest = new HashMap<>(lost);
        rest.keySet().removeAll(partitions);
        lost = Map.copyOf(rest);
    }
}
