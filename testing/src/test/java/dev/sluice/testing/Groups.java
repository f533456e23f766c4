package dev.sluice.testing;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;

import java.util.Map;
import java.util.Set;

/** Consumer groups, seen from outside. */
final class Groups {

    private Groups() {
    }

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
}
