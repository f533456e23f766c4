package dev.sluice.consumer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Removes what an instance would leave of its own membership: its partitions would wait for the end of the session. What
 * an orderly stop has left for a restart is let be: removed, its partitions would move to others and back.
 */
final class OwnMembers {

    private static final Logger LOG = LoggerFactory.getLogger(OwnMembers.class);
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** KIP-848's epoch of a static member that has left for a restart. */
    private static final int AWAY = -2;

    private OwnMembers() {
    }

    /**
     * At a start: what a killed process of this name has left, in all groups at once. Blocks up to 10 s; nothing to remove is
     * no error.
     *
     * @param instanceIds by group
     */
    static void removeDead(Map<String, String> client, Map<String, String> instanceIds) {
        remove(client, instanceIds, OwnMembers::isDead);
    }

    /**
     * After a consumer has left for good: Kafka's client gives its place back only when it knows its place, and in the
     * middle of a rebalance it does not. Blocks up to 10 s; nothing to remove is no error.
     */
    static void removeLeft(Map<String, String> client, String group, String instanceId) {
        remove(client, Map.of(group, instanceId), member -> true);
    }

    private interface Step {
        void run() throws InterruptedException, ExecutionException, TimeoutException;
    }

    private static void remove(Map<String, String> client, Map<String, String> instanceIds, Predicate<MemberDescription> which) {
        try (Admin admin = Admin.create(new HashMap<>(client))) {
            Map<String, KafkaFuture<Void>> removals = new HashMap<>();
            long described = System.nanoTime() + DEADLINE_NANOS;
            admin.describeConsumerGroups(instanceIds.keySet()).describedGroups().forEach((group, description) -> attempt(group, () -> {
                if (answer(description, described).members().stream().filter(which)
                        .anyMatch(member -> member.groupInstanceId().filter(instanceIds.get(group)::equals).isPresent())) {
                    removals.put(group, admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(
                            List.of(new MemberToRemove(instanceIds.get(group))))).all());
                }
            }));
            long removed = System.nanoTime() + DEADLINE_NANOS;
            removals.forEach((group, removal) -> attempt(group, () -> {
                answer(removal, removed);
                LOG.info("group={} instanceId={} What was left of a member of this name is removed", group, instanceIds.get(group));
            }));
        }
    }

    private static void attempt(String group, Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException nothingThere) {
            LOG.debug("group={} No earlier member is removed: {}", group, nothingThere.toString());
        }
    }

    private static <T> T answer(KafkaFuture<T> future, long until) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Members of the classic protocol have no epoch: there a new one takes the place of the old at once. */
    private static boolean isDead(MemberDescription member) {
        return member.memberEpoch().filter(epoch -> epoch != AWAY).isPresent();
    }
}
