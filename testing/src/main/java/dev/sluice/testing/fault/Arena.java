package dev.sluice.testing.fault;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Stack;
import dev.sluice.testing.guarantee.Positions;

import java.util.List;
import java.util.Optional;

/**
 * All that faults can hit.
 *
 * @param guest a node that is not running, and leaves its groups when it stops
 * @param disk  of PostgreSQL; empty where it has none of its own
 * @param links from each node to each part
 */
public record Arena(Stack stack, Optional<SmallDisk> disk, List<EngineNode> nodes, EngineNode guest, List<NodeLinks> links, Positions positions,
                    List<String> groups) {

    public Arena {
        nodes = List.copyOf(nodes);
        links = List.copyOf(links);
        groups = List.copyOf(groups);
    }

    /** The ways from one node to the parts. */
    public record NodeLinks(Link kafka, Link postgres, Link redis) implements AutoCloseable {

        @Override
        public void close() {
            kafka.close();
            postgres.close();
            redis.close();
        }
    }

    EngineNode node(int choice) {
        return nodes.get(Math.floorMod(choice, nodes.size()));
    }

    /** Of one node, or of all. */
    List<NodeLinks> links(int choice) {
        int number = Math.floorMod(choice, nodes.size() + 1);
        return number == nodes.size() ? links : List.of(links.get(number));
    }

    Target kafka() {
        return new StackTarget(stack.kafka(), () -> Answers.kafka(stack.kafka()));
    }

    Target postgres() {
        return new StackTarget(stack.postgres(), () -> Answers.postgres(stack.postgres()));
    }

    Target redis() {
        return new StackTarget(stack.redis(), () -> Answers.redis(stack.redis()));
    }
}
