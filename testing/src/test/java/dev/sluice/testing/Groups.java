package dev.sluice.testing;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.TopicPartition;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/** A consumer group over {@code events}, seen from outside. */
record Groups(Admin admin, String group) {

    /** A static member that was killed keeps its partitions for the rest of its session. */
    static void removeMembers(String kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            for (GroupListing group : admin.listGroups().all().get()) {
                String id = group.groupId();
                if (!admin.describeConsumerGroups(Set.of(id)).all().get().get(id).members().isEmpty()) {
                    admin.removeMembersFromConsumerGroup(id, new RemoveMembersFromConsumerGroupOptions()).all().get();
                }
            }
        }
    }

    /** By instance id. */
    Map<String, Set<TopicPartition>> members() throws ExecutionException, InterruptedException {
        ConsumerGroupDescription description = admin.describeConsumerGroups(Set.of(group)).all().get().get(group);
        return description.members().stream().collect(Collectors.toMap(member -> member.groupInstanceId().orElse("none"),
                Groups::events, (one, other) -> one, TreeMap::new));
    }

    private static Set<TopicPartition> events(MemberDescription member) {
        return member.assignment().topicPartitions().stream().filter(partition -> partition.topic().equals("events"))
                .collect(Collectors.toSet());
    }

    Set<TopicPartition> partitionsOf(String memberPrefix) throws ExecutionException, InterruptedException {
        return members().entrySet().stream().filter(member -> member.getKey().startsWith(memberPrefix))
                .flatMap(member -> member.getValue().stream()).collect(Collectors.toSet());
    }

    Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) throws ExecutionException, InterruptedException {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(entry -> partitions.contains(entry.getKey()) && entry.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    long committedInAll() throws ExecutionException, InterruptedException {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals("events") && entry.getValue() != null)
                .mapToLong(entry -> entry.getValue().offset()).sum();
    }
}
