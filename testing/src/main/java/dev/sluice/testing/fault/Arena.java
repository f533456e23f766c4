package dev.sluice.testing.fault;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Kafka;
import dev.sluice.devstack.Stack;
import dev.sluice.testing.guarantee.Positions;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /** The ways from one node to the parts. @param kafka one for each broker */
    public record NodeLinks(List<Link> kafka, Link postgres, Link redis) implements AutoCloseable {

        public NodeLinks {
            kafka = List.copyOf(kafka);
        }

        @Override
        public void close() {
            kafka.forEach(Link::close);
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

    /** To one broker, or to all. */
    List<Link> kafkaLinks(int choice) {
        int broker = Math.floorMod(choice / (nodes.size() + 1), stack.brokers().size() + 1);
        return links(choice).stream().flatMap(node -> broker == stack.brokers().size() ? node.kafka().stream()
                : Stream.of(node.kafka().get(broker))).toList();
    }

    /** One of the brokers. */
    Target kafka(int choice) {
        int number = Math.floorMod(choice, stack.brokers().size());
        Kafka broker = stack.brokers().get(number);
        return new StackTarget(broker, stack.brokers().size() == 1 ? "Kafka" : "Kafka-" + (number + 1), () -> Answers.kafka(broker));
    }

    Target postgres() {
        return new StackTarget(stack.postgres(), "PostgreSQL", () -> Answers.postgres(stack.postgres()));
    }

    Target redis() {
        return new StackTarget(stack.redis(), "Redis", () -> Answers.redis(stack.redis()));
    }
}
