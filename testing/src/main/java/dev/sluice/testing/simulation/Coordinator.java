package dev.sluice.testing.simulation;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The group's coordinator, as KIP-848 has it: each partition has a target, an owner gives up what is not its own any more
 * before another gets it, and a member that was removed does not know until it asks.
 */
final class Coordinator {

    /** A member from its join to its end; one that joins anew is another. */
    static final class Membership {
        private final String name;
        private final Set<TopicPartition> owned = new LinkedHashSet<>();
        private boolean fenced;

        private Membership(String name) {
            this.name = name;
        }

        boolean isFenced() {
            return fenced;
        }

        Set<TopicPartition> owned() {
            return owned;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final World world;
    private final List<TopicPartition> partitions;
    private final List<Membership> members = new ArrayList<>();
    private boolean removed;
    private final Map<TopicPartition, Membership> targets = new LinkedHashMap<>();

    Coordinator(World world, List<TopicPartition> partitions) {
        this.world = world;
        this.partitions = partitions;
    }

    Membership join(String name) {
        Membership membership = new Membership(name);
        members.add(membership);
        assign();
        return membership;
    }

    /** It has given up all, or it is held to be dead: what it owns is free. */
    void remove(Membership membership) {
        if (members.remove(membership)) {
            membership.fenced = true;
            removed = true;
            world.trace("%s is no member any more", membership);
            assign();
        }
    }

    /** There may be a replaced owner that works on. */
    boolean hasRemoved() {
        return removed;
    }

    /** Deals the partitions out anew, by chance: an unfair assignor's group must be right, too. */
    void assign() {
        targets.clear();
        if (members.isEmpty()) {
            return;
        }
        int first = world.schedule().draw(members.size());
        for (int i = 0; i < partitions.size(); i++) {
            int member = world.schedule().chance(0.2) ? world.schedule().draw(members.size()) : (first + i) % members.size();
            targets.put(partitions.get(i), members.get(member));
        }
        world.wakeAll();
    }

    Membership owner(TopicPartition partition) {
        for (Membership member : members) {
            if (member.owned.contains(partition)) {
                return member;
            }
        }
        return null;
    }

    Set<TopicPartition> toRevoke(Membership membership) {
        Set<TopicPartition> revoke = new LinkedHashSet<>();
        for (TopicPartition partition : membership.owned) {
            if (targets.get(partition) != membership) {
                revoke.add(partition);
            }
        }
        return revoke;
    }

    Set<TopicPartition> toAssign(Membership membership) {
        Set<TopicPartition> assign = new LinkedHashSet<>();
        targets.forEach((partition, target) -> {
            if (target == membership && owner(partition) == null) {
                assign.add(partition);
            }
        });
        return assign;
    }

    void onAssigned(Membership membership, Set<TopicPartition> given) {
        membership.owned.addAll(given);
    }

    void onGivenUp(Membership membership, Set<TopicPartition> given) {
        membership.owned.removeAll(given);
        world.wakeAll();
    }
}
