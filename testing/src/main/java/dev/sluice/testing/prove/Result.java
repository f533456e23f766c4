package dev.sluice.testing.prove;

import dev.sluice.testing.guarantee.Finding;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The end of a proof.
 *
 * @param report   the readable one, with its plots
 * @param troubles what kept it from being carried out as planned; with one of them nothing is proven
 */
record Result(Summary summary, List<Finding> findings, List<String> troubles, Path report) {

    boolean held() {
        return troubles.isEmpty() && findings.stream().allMatch(Finding::held);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(String.format(Locale.ROOT, "%-6s %-46s %,12d checked, %,d violations%n",
                    finding.held() ? "held" : "BROKEN", finding.guarantee(), finding.checked(), finding.violations()));
            finding.examples().forEach(example -> text.append("         ").append(example).append(System.lineSeparator()));
        }
        troubles.forEach(trouble -> text.append("TROUBLE  ").append(trouble).append(System.lineSeparator()));
        text.append(String.format(Locale.ROOT, "%,d events, %,d acknowledged, %,d applied, %,d dead letters, %s, recovery p50 %.1f s,"
                        + " longest %.1f s, %.0f s in all; seed %d", summary.events(), summary.acknowledged(), summary.applied(),
                summary.deadLettered(), summary.faults(), summary.recoverySeconds().p50(), summary.recoverySeconds().max(),
                summary.seconds(), summary.seed()));
        return text.append(System.lineSeparator()).append("report: ").append(report).toString();
    }
}
