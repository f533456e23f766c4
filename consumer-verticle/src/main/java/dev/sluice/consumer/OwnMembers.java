package dev.sluice.consumer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Removes what a killed process has left of its own membership, so that its successor doesn't wait for the session. */
final class OwnMembers {

    private static final Logger LOG = LoggerFactory.getLogger(OwnMembers.class);
    private static final long DEADLINE_SECONDS = 5;

    private OwnMembers() {
    }

    /** Blocks up to 5 s. Nothing to remove, or no group yet, is no error. */
    static void remove(Map<String, String> client, String group, String instanceId) {
        try (Admin admin = Admin.create(new HashMap<>(client))) {
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(
                    List.of(new MemberToRemove(instanceId)))).all().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            LOG.info("group={} instanceId={} An earlier member of this name is removed", group, instanceId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException nothingThere) {
            LOG.debug("group={} instanceId={} No earlier member is removed: {}", group, instanceId,
                    nothingThere.toString());
        }
    }
}
