package dev.sluice.engine.operations;

import java.util.Map;

/** Whether a node does its work, and which part does not. @param started all that was to be deployed is */
public record Readiness(boolean ready, boolean started, Map<String, Component> components) {

    /** @param reason for an operator; empty when up */
    public record Component(boolean up, String reason) {

        static Component down(String reason) {
            return new Component(false, reason);
        }
    }
}
