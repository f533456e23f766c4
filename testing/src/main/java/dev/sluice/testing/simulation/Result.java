package dev.sluice.testing.simulation;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What came of one run.
 *
 * @param guarantee the promise that does not hold; null when all do
 * @param message   and how
 * @param cause     what was thrown, if it was that; else null
 * @param counts    what happened, how often
 * @param events    those of the plan's that took part
 * @param trace     a line for each thing that happened; empty unless it was asked for
 */
record Result(String guarantee, String message, Throwable cause, Map<String, Integer> counts, long steps, String shape,
              Set<Integer> events, Set<Integer> faults, List<String> trace) {

    boolean held() {
        return guarantee == null;
    }

    @SuppressWarnings("unchecked")
    static Result of(Map<String, Object> answer) {
        return new Result((String) answer.get(Simulation.GUARANTEE), (String) answer.get(Simulation.MESSAGE),
                (Throwable) answer.get(Simulation.CAUSE), (Map<String, Integer>) answer.get(Simulation.COUNTS),
                (Long) answer.get(Simulation.STEPS), (String) answer.get(Simulation.SHAPE),
                new TreeSet<>((List<Integer>) answer.get(Simulation.EVENTS)),
                new TreeSet<>((List<Integer>) answer.get(Simulation.FAULTS)), (List<String>) answer.get(Simulation.TRACE));
    }
}
