package dev.sluice.consumer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Removes what a killed process has left of its own membership, so that its successor doesn't wait for the session. What
 * an orderly stop has left is let be: removed, its partitions would move to others and back.
 */
final class OwnMembers {

    private static final Logger LOG = LoggerFactory.getLogger(OwnMembers.class);
    private static final long DEADLINE_SECONDS = 5;
    /** KIP-848's epoch of a static member that has left for a restart. */
    private static final int AWAY = -2;

    private OwnMembers() {
    }

    /** Blocks up to 10 s. Nothing to remove, or no group yet, is no error. */
    static void removeDead(Map<String, String> client, String group, String instanceId) {
        try (Admin admin = Admin.create(new HashMap<>(client))) {
            boolean dead = admin.describeConsumerGroups(Set.of(group)).all().get(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .get(group).members().stream().anyMatch(member -> isDead(member, instanceId));
            if (dead) {
                admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(
                        List.of(new MemberToRemove(instanceId)))).all().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
                LOG.info("group={} instanceId={} An earlier member of this name is removed", group, instanceId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException nothingThere) {
            LOG.debug("group={} instanceId={} No earlier member is removed: {}", group, instanceId,
                    nothingThere.toString());
        }
    }

    /** Members of the classic protocol have no epoch: there a new one takes the place of the old at once. */
    private static boolean isDead(MemberDescription member, String instanceId) {
        return member.groupInstanceId().filter(instanceId::equals).isPresent()
                && member.memberEpoch().filter(epoch -> epoch != AWAY).isPresent();
    }
}
