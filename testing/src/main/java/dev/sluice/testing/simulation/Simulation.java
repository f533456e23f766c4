package dev.sluice.testing.simulation;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * One run, as it is called through a {@link SimulationLoader}: a plan as text and whether to trace, and what came of it in
 * the JDK's words, because the classes behind the loader are others than those before it.
 */
public final class Simulation implements BiFunction<String, Boolean, Map<String, Object>> {

    /** Keys of the answer. */
    static final String GUARANTEE = "guarantee";
    static final String MESSAGE = "message";
    static final String CAUSE = "cause";
    static final String COUNTS = "counts";
    static final String STEPS = "steps";
    static final String TRACE = "trace";
    static final String SHAPE = "shape";
    static final String EVENTS = "events";
    static final String FAULTS = "faults";

    @Override
    public Map<String, Object> apply(String plan, Boolean traced) {
        World world = new World(Plan.parse(plan), traced);
        Map<String, Object> answer = new java.util.HashMap<>();
        try {
            world.run();
        } catch (Violation violation) {
            answer.put(GUARANTEE, violation.guarantee());
            answer.put(MESSAGE, violation.getMessage());
            answer.put(CAUSE, violation.getCause());
        }
        answer.put(COUNTS, world.counts());
        answer.put(STEPS, world.schedule().steps());
        answer.put(TRACE, traced ? world.trace() : List.of());
        answer.put(SHAPE, world.scenario().toString());
        answer.put(EVENTS, world.scenario().events().stream().map(Scenario.PlannedEvent::index).toList());
        answer.put(FAULTS, world.scenario().faults().stream().map(Scenario.PlannedFault::index).toList());
        return answer;
    }
}
