package dev.sluice.consumer;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Commits watermarks: now and then while it goes on, and for good before a partition is given up. Poll thread only. */
final class Commits {

    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);
    private static final Duration LAST_DEADLINE = Duration.ofSeconds(5);
    private static final Duration POSITION_DEADLINE = Duration.ofMillis(500);
    /** Metadata of a commit after an orderly hand-over. */
    static final String CLEAN = "clean";

    private final String group;
    private final Consumer<byte[], byte[]> consumer;
    private final Positions positions;
    private final java.util.function.Consumer<Throwable> onRefused;
    /** The log has told of it: during a rebalance every commit is refused. */
    private boolean refusing;

    /** @param onRefused a commit was refused, or not answered: never fatal, the next one carries what it had */
    Commits(String group, Consumer<byte[], byte[]> consumer, Positions positions,
            java.util.function.Consumer<Throwable> onRefused) {
        this.group = group;
        this.consumer = consumer;
        this.positions = positions;
        this.onRefused = onRefused;
    }

    void whatMoved(Collection<AssignedPartition> partitions) {
        Map<TopicPartition, AssignedPartition> tenures = new HashMap<>();
        partitions.forEach(partition -> tenures.put(partition.topicPartition(), partition));
        Map<TopicPartition, OffsetAndMetadata> moved = watermarks(partitions, "", false);
        if (moved.isEmpty()) {
            return;
        }
        consumer.commitAsync(moved, (offsets, error) -> {
            if (error == null) {
                refusing = false;
                offsets.forEach((partition, offset) -> tenures.get(partition).onCommitted(offset.offset()));
                return;
            }
            onRefused.accept(error);
            if (!refusing) {
                refusing = true;
                LOG.warn("group={} Offsets are not committed ({}); later commits carry them", group, error.toString());
            }
        });
    }

    /**
     * Before the events below them run.
     *
     * @param next at least; what is settled above is committed with it
     * @throws RuntimeException when they are not known to be committed
     */
    Void ahead(Map<AssignedPartition, Long> next) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        next.forEach((partition, offset) -> {
            if (partition.isClosed()) {
                throw new IllegalStateException(partition + " is being given up");
            }
            offsets.put(partition.topicPartition(), new OffsetAndMetadata(Math.max(offset, partition.watermark())));
        });
        consumer.commitSync(offsets, LAST_DEADLINE);
        next.forEach(AssignedPartition::onCommittedAhead);
        return null;
    }

    /** @param drained nothing of them was still under way */
    void last(Collection<AssignedPartition> partitions, boolean drained) {
        Map<TopicPartition, OffsetAndMetadata> moved = watermarks(partitions, drained ? CLEAN : "", drained);
        LOG.debug("group={} drained={} Last commit: {}", group, drained, moved);
        if (moved.isEmpty()) {
            return;
        }
        try {
            try {
                consumer.commitSync(moved, LAST_DEADLINE);
            } catch (WakeupException once) {
                consumer.commitSync(moved, LAST_DEADLINE);
            }
        } catch (KafkaException refused) {
            onRefused.accept(refused);
            LOG.warn("group={} The last commit of {} partitions failed ({}); their events come again, without a second "
                    + "effect", group, moved.size(), refused.toString());
        }
    }

    /** What may be committed, and unless all is meant, is not; gaps at the end (markers, compaction) count once all is settled. */
    private Map<TopicPartition, OffsetAndMetadata> watermarks(Collection<AssignedPartition> partitions, String metadata,
                                                              boolean all) {
        Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
        for (AssignedPartition partition : partitions) {
            TopicPartition topicPartition = partition.topicPartition();
            if (partition.pending() == 0 && !positions.isLost(topicPartition)) {
                moveOverGaps(partition);
            }
            long watermark = partition.watermark();
            if (all || watermark > partition.committed()) {
                moved.put(topicPartition, new OffsetAndMetadata(watermark, metadata));
            }
        }
        return moved;
    }

    private void moveOverGaps(AssignedPartition partition) {
        try {
            partition.onPosition(consumer.position(partition.topicPartition(), POSITION_DEADLINE));
        } catch (KafkaException notKnownNow) {
            LOG.debug("group={} partition={} no position now: {}", group, partition, notKnownNow.toString());
        }
    }
}
