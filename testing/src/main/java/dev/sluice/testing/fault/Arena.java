package dev.sluice.testing.fault;

import dev.sluice.devstack.Answers;
import dev.sluice.devstack.Stack;
import dev.sluice.testing.guarantee.Positions;

import java.util.List;

/** All that faults can hit. */
public record Arena(Stack stack, List<EngineNode> nodes, Positions positions, List<String> groups) {

    public Arena {
        nodes = List.copyOf(nodes);
        groups = List.copyOf(groups);
    }

    EngineNode node(int choice) {
        return nodes.get(Math.floorMod(choice, nodes.size()));
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
