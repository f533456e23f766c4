package dev.sluice.testing.prove;

import dev.sluice.testing.fault.FaultFailure;
import dev.sluice.testing.guarantee.MemoryBounded;
import dev.sluice.testing.guarantee.RecoveryTime;
import dev.sluice.testing.load.Acknowledgements;
import dev.sluice.testing.load.Transfers;
import dev.sluice.testing.report.Timeline;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a proof gathers on its way: written by its threads, judged in the end. */
final class Evidence {

    /** What a JVM needs beside its heap: code, threads, direct buffers. */
    private static final int BESIDE_HEAP_MIB = 512;
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    private final long began = System.nanoTime();
    private final Transfers transfers;
    private final Acknowledgements acknowledgements;
    private final MemoryBounded memory = new MemoryBounded((long) (Scene.HEAP_MIB + BESIDE_HEAP_MIB) << 20);
    private final RecoveryTime recovery = new RecoveryTime(RECOVERY);
    private final Timeline timeline = new Timeline(Gauges.PLOTS);
    private final Map<String, Integer> faults = Collections.synchronizedMap(new TreeMap<>());
    private final Map<String, Double> figures = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<String> troubles = new CopyOnWriteArrayList<>();

    Evidence(Plan plan) throws FaultFailure {
        transfers = new Transfers(plan.seed(), plan.events(), new Subject(plan.handler()).bodies());
        acknowledgements = new Acknowledgements(plan.events());
    }

    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    Transfers transfers() {
        return transfers;
    }

    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    MemoryBounded memory() {
        return memory;
    }

    RecoveryTime recovery() {
        return recovery;
    }

    Timeline timeline() {
        return timeline;
    }

    void onFault(String kind) {
        faults.merge(kind, 1, Integer::sum);
    }

    /** How many of each kind. */
    Map<String, Integer> faults() {
        return new TreeMap<>(faults);
    }

    void onFigure(String name, double value) {
        figures.put(name, value);
    }

    Map<String, Double> figures() {
        return new LinkedHashMap<>(figures);
    }

    void onTrouble(String trouble) {
        troubles.add(trouble);
    }

    List<String> troubles() {
        return List.copyOf(troubles);
    }
}
