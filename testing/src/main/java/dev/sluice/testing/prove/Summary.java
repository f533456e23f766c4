package dev.sluice.testing.prove;

import com.fasterxml.jackson.annotation.JsonInclude;

import java.util.Map;

/**
 * What {@code --json} prints.
 *
 * @param applied         events whose effect is in the ledger
 * @param lost            effects that are missing, over all groups
 * @param duplicated      effects that happened again, over all groups, and balances that no single application explains
 * @param deadLettered    dead letters, each event and group once
 * @param falselyPoisoned dead letters of events that nothing was wrong with
 * @param faults          how many of each kind happened and did harm
 * @param figures         of a scenario that measures; left out where there are none
 */
record Summary(long seed, long events, long acknowledged, long applied, long lost, long duplicated, long outOfOrder,
               long deadLettered, long falselyPoisoned, Map<String, Integer> faults, Recovery recoverySeconds, double seconds,
               @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> figures) {

    record Recovery(double p50, double max) {
    }
}
