package dev.sluice.testing.guarantee;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How far Kafka's topics reach and how far groups have committed, asked without being a member. Safe for threads. */
public final class Positions implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Admin admin;

    public Positions(String kafka) {
        admin = Admin.create(Map.of("bootstrap.servers", kafka, "default.api.timeout.ms", (int) PATIENCE.toMillis(),
                "request.timeout.ms", (int) PATIENCE.toMillis() / 2, "reconnect.backoff.max.ms", 500));
    }

    /** Kafka has not answered in time. */
    public static final class Unanswered extends Exception {

        private static final long serialVersionUID = 1L;

        Unanswered(Throwable cause) {
            super("Kafka doesn't answer: " + cause, cause);
        }
    }

    /** The next offset of each partition of those topics. */
    public Map<TopicPartition, Long> ends(List<String> topics) throws Unanswered, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (TopicDescription topic : answer(admin.describeTopics(topics).allTopicNames()).values()) {
            topic.partitions().forEach(each -> wanted.put(new TopicPartition(topic.name(), each.partition()), OffsetSpec.latest()));
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        answer(admin.listOffsets(wanted).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** What a group has committed; a partition without a commit is left out. */
    public Map<TopicPartition, Long> committed(String group) throws Unanswered, InterruptedException {
        Map<TopicPartition, Long> committed = new HashMap<>();
        answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    /** Partitions that a member of that instance id's beginning owns now. */
    public long owned(String group, String instancePrefix) throws Unanswered, InterruptedException {
        return answer(admin.describeConsumerGroups(List.of(group)).all()).get(group).members().stream()
                .filter(member -> member.groupInstanceId().orElse("").startsWith(instancePrefix))
                .mapToLong(member -> member.assignment().topicPartitions().size()).sum();
    }

    private static <T> T answer(KafkaFuture<T> question) throws Unanswered, InterruptedException {
        try {
            return question.get(PATIENCE.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new Unanswered(e.getCause() == null ? e : e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
