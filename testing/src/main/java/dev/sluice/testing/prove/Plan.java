package dev.sluice.testing.prove;

import dev.sluice.testing.fault.FaultKind;
import dev.sluice.testing.fault.Schedule;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a proof does: all but the machine's own timing follows from it.
 *
 * @param perSecond rate at which events leave
 * @param handler   whose effects are proven, beside the group that writes down the order
 * @param folder    where data, logs and the report go
 * @param programs  where the stack's programs are unpacked, once
 */
record Plan(long seed, int events, Scenario scenario, List<FaultKind> kinds, int faults, double perSecond, int nodes,
            int brokers, String handler, Path folder, Path programs) {

    static final String LEDGER = "ledger";
    static final String STATE = "entity-state";
    static final String AUDIT = "audit";
    /** A fault needs about as long, with what follows it. */
    private static final Duration ONE_FAULT = Duration.ofSeconds(8);
    private static final double FASTEST = 5_000;
    private static final double SLOWEST = 20;

    Plan {
        kinds = List.copyOf(kinds);
    }

    /** So fast that all faults fit in. */
    static double rate(int events, int faults) {
        return Math.max(SLOWEST, Math.min(FASTEST, events / Math.max(1.0, faults * ONE_FAULT.toMillis() / 1e3)));
    }

    /**
     * Events leave until the place of the fault after next, the last few after the last fault: so each fault, and its
     * end, comes under load.
     *
     * @param finished faults that are over
     */
    long leavingDuring(int finished) {
        return faults == 0 ? events : (long) (Math.min(finished + 1.95, faults) / (faults + 0.05) * events);
    }

    Schedule schedule() {
        return Schedule.of(seed, kinds, faults, events);
    }

    List<String> groups() {
        return List.of(handler, AUDIT);
    }

    /** Time between two readings of a gauge. */
    long gaugeMillis() {
        return scenario == Scenario.LATENCY_SPIKE ? 200 : 500;
    }

    /** Whether what a gateway turns away is sent again. An open loop sends what is due, and what was refused is not: the load stays as it is. */
    boolean insists() {
        return scenario != Scenario.LATENCY_SPIKE;
    }

    /** An open loop pays all its debts; a run of faults forgives the longer ones. */
    Duration longestDebt() {
        return scenario == Scenario.LATENCY_SPIKE ? Duration.ofDays(1) : Duration.ofSeconds(2);
    }

    /** Room for the data, and for two rounds of the write-ahead log. */
    long diskMebibytes() {
        return 3_000 + events / 200;
    }

    String configuration() {
        return """
                consumer:
                  subscriptions:
                    - {group: %1$s, topic: events, handler: %1$s, ordering: key, sequences: none, pressure: counts, settings: {}}
                    - {group: %2$s, topic: events, handler: %2$s, ordering: key, sequences: none, pressure: counts, settings: {}}
                """.formatted(handler, AUDIT);
    }
}
