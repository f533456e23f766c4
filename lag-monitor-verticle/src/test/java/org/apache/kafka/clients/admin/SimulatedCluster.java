package org.apache.kafka.clients.admin;

import org.apache.kafka.clients.admin.internals.CoordinatorKey;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.KafkaFutureImpl;

import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of any size that answers the admin requests of a lag sample, each after 50 ms and on a thread of its own.
 * Every partition ends at 100 and is committed up to 60. In Kafka's package because its results have no other makers.
 */
public final class SimulatedCluster {

    private static final Node BROKER = new Node(1, "127.0.0.1", 1);
    private static final long ANSWERS_AFTER_MILLIS = 50;

    private final int partitions;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "simulated-cluster");
        daemon.setDaemon(true);
        return daemon;
    });

    /** @param partitions of each topic */
    public SimulatedCluster(int partitions) {
        this.partitions = partitions;
    }

    public Admin admin() {
        return (Admin) Proxy.newProxyInstance(SimulatedCluster.class.getClassLoader(), new Class<?>[] {Admin.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "describeTopics" -> DescribeTopicsResult.ofTopicNames(answers(strings(arguments[0]), this::topic));
                    case "describeConsumerGroups" -> new DescribeConsumerGroupsResult(answers(strings(arguments[0]), this::group));
                    case "listConsumerGroupOffsets" -> committed((Map<?, ?>) arguments[0]);
                    case "listOffsets" -> offsets((Map<?, ?>) arguments[0]);
                    case "close" -> null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Set<String> strings(Object names) {
        return ((Collection<?>) names).stream().map(String::valueOf).collect(Collectors.toSet());
    }

    private TopicDescription topic(String name) {
        return new TopicDescription(name, false, IntStream.range(0, partitions).mapToObj(partition ->
                new TopicPartitionInfo(partition, BROKER, List.of(BROKER), List.of(BROKER))).toList(), Set.of(),
                new Uuid(1, name.hashCode()));
    }

    private ConsumerGroupDescription group(String name) {
        return new ConsumerGroupDescription(name, false, List.of(), "", GroupType.CONSUMER, GroupState.EMPTY, BROKER,
                Set.of(), Optional.empty(), Optional.empty());
    }

    private ListConsumerGroupOffsetsResult committed(Map<?, ?> questions) {
        Map<CoordinatorKey, KafkaFuture<Map<TopicPartition, OffsetAndMetadata>>> answers = new HashMap<>();
        questions.forEach((group, spec) -> answers.put(CoordinatorKey.byGroupId(group.toString()),
                later(() -> ((ListConsumerGroupOffsetsSpec) spec).topicPartitions().stream()
                        .collect(Collectors.toMap(partition -> partition, partition -> new OffsetAndMetadata(60))))));
        return new ListConsumerGroupOffsetsResult(answers);
    }

    private ListOffsetsResult offsets(Map<?, ?> questions) {
        Map<TopicPartition, KafkaFuture<ListOffsetsResult.ListOffsetsResultInfo>> answers = new HashMap<>();
        questions.forEach((partition, spec) -> answers.put((TopicPartition) partition, later(() ->
                new ListOffsetsResult.ListOffsetsResultInfo(spec instanceof OffsetSpec.EarliestSpec ? 0 : 100, -1, Optional.empty()))));
        return new ListOffsetsResult(answers);
    }

    private <A> Map<String, KafkaFuture<A>> answers(Set<String> names, Function<String, A> answer) {
        return names.stream().collect(Collectors.toMap(name -> name, name -> later(() -> answer.apply(name))));
    }

    private <A> KafkaFuture<A> later(Supplier<A> answer) {
        KafkaFutureImpl<A> future = new KafkaFutureImpl<>();
        thread.schedule(() -> future.complete(answer.get()), ANSWERS_AFTER_MILLIS, TimeUnit.MILLISECONDS);
        return future;
    }
}
