package dev.sluice.engine.operations;

import dev.sluice.bus.LagReport;
import dev.sluice.bus.LagVerdict;

import java.util.List;

/** What in a lag report an operator should look at. */
public final class Troubles {

    private Troubles() {
    }

    /** One line each, the worst first. @param lag null when it is not known */
    public static List<String> of(LagReport lag) {
        return lag == null ? List.of() : lag.partitions().stream()
                .filter(partition -> partition.verdict() != LagVerdict.OK)
                .sorted((a, b) -> b.verdict().compareTo(a.verdict()))
                .map(partition -> partition.verdict() + " " + partition.group() + " " + partition.topic() + "-"
                        + partition.partition() + ": " + partition.reason()).toList();
    }
}
