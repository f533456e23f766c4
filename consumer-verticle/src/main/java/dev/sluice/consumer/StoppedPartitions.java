package dev.sluice.consumer;

import dev.sluice.bus.Addresses;
import dev.sluice.bus.Bus;
import dev.sluice.bus.PartitionResumed;
import dev.sluice.bus.ResumePartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Listens for an operator's word about each partition of this instance that stands still, and for no other. Event loop only. */
final class StoppedPartitions {

    private static final Logger LOG = LoggerFactory.getLogger(StoppedPartitions.class);

    private final Vertx vertx;
    private final Bus bus;
    private final String group;
    private final BiFunction<TopicPartition, String, CompletableFuture<Long>> resume;
    private final Map<TopicPartition, Bus.Serving> listening = new HashMap<>();

    /** @param resume partition and where from; completes with the offset, fails with what is wrong */
    StoppedPartitions(Vertx vertx, Bus bus, String group, BiFunction<TopicPartition, String, CompletableFuture<Long>> resume) {
        this.vertx = vertx;
        this.bus = bus;
        this.group = group;
        this.resume = resume;
    }

    /** @param now all that stand still */
    void are(Collection<LostRange> now) {
        Set<TopicPartition> stopped = new HashSet<>();
        now.forEach(range -> stopped.add(range.partition()));
        for (TopicPartition going : List.copyOf(listening.keySet())) {
            if (!stopped.contains(going)) {
                listening.remove(going).stop();
            }
        }
        stopped.forEach(partition -> listening.computeIfAbsent(partition, this::listen));
    }

    private Bus.Serving listen(TopicPartition partition) {
        return bus.serve(Addresses.resume(group, partition.topic(), partition.partition()), word -> onWord(partition, word));
    }

    private Future<PartitionResumed> onWord(TopicPartition partition, ResumePartition word) {
        return Future.fromCompletionStage(resume.apply(partition, word.from()), vertx.getOrCreateContext()).map(offset -> {
            LOG.warn("group={} topic={} partition={} offset={} Reading goes on here by an operator's word", group,
                    partition.topic(), partition.partition(), offset);
            return new PartitionResumed(offset, null);
        }).otherwise(error -> new PartitionResumed(-1, error.getMessage()));
    }
}
