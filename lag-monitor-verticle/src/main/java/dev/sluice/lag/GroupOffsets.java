package dev.sluice.lag;

import dev.sluice.config.KafkaSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads where groups and topics stand, through Kafka's admin API and therefore without joining any group. Commits are
 * read before ends: what is reported as no lag was none at some moment after the question. For one context.
 */
final class GroupOffsets {

    private static final Logger LOG = LoggerFactory.getLogger(GroupOffsets.class);

    private final Admin admin;
    private final Context context;
    private final Map<String, Set<String>> topicsByGroup;
    /** Said in the log; one that exists again is forgotten here. */
    private final Set<String> missing = new HashSet<>();

    GroupOffsets(Admin admin, Context context, Map<String, Set<String>> topicsByGroup) {
        this.admin = admin;
        this.context = context;
        this.topicsByGroup = topicsByGroup;
    }

    /** Connects in the background: completes with Kafka away, too. */
    static Future<GroupOffsets> open(Vertx vertx, KafkaSettings kafka, String clientId, Duration deadline,
                                     Map<String, Set<String>> topicsByGroup) {
        Map<String, Object> properties = new HashMap<>(kafka.clientProperties(clientId));
        properties.put("request.timeout.ms", (int) deadline.toMillis());
        properties.put("default.api.timeout.ms", (int) deadline.toMillis());
        Context context = vertx.getOrCreateContext();
        return vertx.executeBlocking(() -> Admin.create(properties))
                .map(admin -> new GroupOffsets(admin, context, topicsByGroup));
    }

    /** Of every group, topic and partition that exists. */
    Future<List<PartitionReading>> read() {
        Set<String> topics = topicsByGroup.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
        return topicsOf(topics).compose(found -> {
            Map<String, List<TopicPartition>> partitions = partitionsOf(found);
            Set<TopicPartition> all = partitions.values().stream().flatMap(List::stream).collect(Collectors.toSet());
            return Future.all(members(), committed(partitions)).compose(before ->
                    Future.all(offsets(all, OffsetSpec.earliest()), offsets(all, OffsetSpec.latest()))
                            .map(after -> readings(found, partitions, before.resultAt(0), before.resultAt(1),
                                    after.resultAt(0), after.resultAt(1))));
        });
    }

    private List<PartitionReading> readings(Map<String, TopicDescription> described,
                                            Map<String, List<TopicPartition>> partitions,
                                            Map<String, Map<TopicPartition, String>> members,
                                            Map<String, Map<TopicPartition, OffsetAndMetadata>> committed,
                                            Map<TopicPartition, Long> low, Map<TopicPartition, Long> end) {
        List<PartitionReading> readings = new ArrayList<>();
        topicsByGroup.forEach((group, topics) -> topics.stream().sorted()
                .flatMap(topic -> partitions.getOrDefault(topic, List.of()).stream())
                .filter(partition -> low.containsKey(partition) && end.containsKey(partition))
                .forEach(partition -> readings.add(new PartitionReading(group, partition.topic(),
                        described.get(partition.topic()).topicId().toString(), partition.partition(),
                        offset(committed.get(group).get(partition)), low.get(partition), end.get(partition),
                        Optional.ofNullable(members.getOrDefault(group, Map.of()).get(partition))))));
        return readings;
    }

    private static OptionalLong offset(OffsetAndMetadata committed) {
        return committed == null || committed.offset() < 0 ? OptionalLong.empty() : OptionalLong.of(committed.offset());
    }

    private Future<Map<String, TopicDescription>> topicsOf(Set<String> topics) {
        DescribeTopicsResult described = admin.describeTopics(topics);
        return each(topics, topic -> described.topicNameValues().get(topic), UnknownTopicOrPartitionException.class)
                .onSuccess(found -> noteMissing(topics, found.keySet()));
    }

    private static Map<String, List<TopicPartition>> partitionsOf(Map<String, TopicDescription> topics) {
        Map<String, List<TopicPartition>> partitions = new HashMap<>();
        topics.forEach((topic, description) -> partitions.put(topic, description.partitions().stream()
                .map(info -> new TopicPartition(topic, info.partition())).toList()));
        return partitions;
    }

    /** By group and partition, who owns it: its static name where it has one. */
    private Future<Map<String, Map<TopicPartition, String>>> members() {
        DescribeConsumerGroupsResult described = admin.describeConsumerGroups(topicsByGroup.keySet());
        return each(topicsByGroup.keySet(), group -> described.describedGroups().get(group),
                GroupIdNotFoundException.class).map(groups -> {
                    Map<String, Map<TopicPartition, String>> owners = new HashMap<>();
                    groups.forEach((group, description) -> {
                        Map<TopicPartition, String> owner = owners.computeIfAbsent(group, first -> new HashMap<>());
                        description.members().forEach(member -> member.assignment().topicPartitions().forEach(partition ->
                                owner.put(partition, member.groupInstanceId().orElse(member.consumerId()))));
                    });
                    return owners;
                });
    }

    private Future<Map<String, Map<TopicPartition, OffsetAndMetadata>>> committed(Map<String, List<TopicPartition>> partitions) {
        Map<String, ListConsumerGroupOffsetsSpec> questions = new HashMap<>();
        topicsByGroup.forEach((group, topics) -> questions.put(group, new ListConsumerGroupOffsetsSpec().topicPartitions(
                topics.stream().flatMap(topic -> partitions.getOrDefault(topic, List.of()).stream()).toList())));
        ListConsumerGroupOffsetsResult listed = admin.listConsumerGroupOffsets(questions);
        return each(questions.keySet(), listed::partitionsToOffsetAndMetadata, GroupIdNotFoundException.class)
                .map(found -> {
                    questions.keySet().forEach(group -> found.putIfAbsent(group, Map.of()));
                    return found;
                });
    }

    private Future<Map<TopicPartition, Long>> offsets(Set<TopicPartition> partitions, OffsetSpec which) {
        ListOffsetsResult listed = admin.listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> which)),
                new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        return each(partitions, listed::partitionResult, UnknownTopicOrPartitionException.class).map(found -> {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            found.forEach((partition, result) -> offsets.put(partition, result.offset()));
            return offsets;
        });
    }

    private void noteMissing(Set<String> wanted, Set<String> found) {
        missing.removeAll(found);
        wanted.stream().filter(topic -> !found.contains(topic)).filter(missing::add)
                .forEach(topic -> LOG.warn("topic does not exist, it has no lag: topic={}", topic));
    }

    /** All answers by question; a question whose answer is {@code absence} has none. */
    private <Q, A> Future<Map<Q, A>> each(Collection<Q> questions, Function<Q, KafkaFuture<A>> answer,
                                          Class<? extends Exception> absence) {
        Map<Q, A> answers = new HashMap<>();
        return Future.join(questions.stream().map(question -> onContext(answer.apply(question))
                .<Void>map(found -> {
                    answers.put(question, found);
                    return null;
                })
                .recover(error -> absence.isInstance(error) ? Future.succeededFuture() : Future.failedFuture(error)))
                .toList()).map(done -> answers);
    }

    private <T> Future<T> onContext(KafkaFuture<T> answer) {
        return Future.fromCompletionStage(answer.toCompletionStage(), context)
                .recover(error -> Future.failedFuture(
                        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error));
    }

    /** Blocks for up to {@code limit}. */
    void close(Duration limit) {
        admin.close(limit);
    }
}
