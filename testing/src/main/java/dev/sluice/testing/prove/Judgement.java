package dev.sluice.testing.prove;

import dev.sluice.devstack.Stack;
import dev.sluice.testing.guarantee.AuditEffects;
import dev.sluice.testing.guarantee.DeadLettersComplete;
import dev.sluice.testing.guarantee.EffectOnce;
import dev.sluice.testing.guarantee.Effects;
import dev.sluice.testing.guarantee.Finding;
import dev.sluice.testing.guarantee.Letters;
import dev.sluice.testing.guarantee.NothingLost;
import dev.sluice.testing.guarantee.OffsetBehindEffect;
import dev.sluice.testing.guarantee.OrderPerEntity;
import dev.sluice.testing.load.Acknowledgements;
import dev.sluice.testing.load.Transfers;
import dev.sluice.testing.report.Report;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Compares what was published with what has come of it, when all is over. */
record Judgement(Plan plan, Stack stack, Evidence evidence) {

    Result judge(OffsetBehindEffect offsets) throws SQLException, IOException {
        Transfers transfers = evidence.transfers();
        Acknowledgements acknowledgements = evidence.acknowledgements();
        try (Letters letters = new Letters(stack.bootstrapServers(), Letters.DEAD)) {
            letters.catchUp();
            AuditEffects audit = AuditEffects.read(stack.postgres(), transfers);
            Effects proven = new Subject(plan.handler()).effects(stack.postgres(), transfers);
            List<Effects> groups = List.of(proven, audit);
            DeadLettersComplete dead = new DeadLettersComplete(transfers, acknowledgements::has, groups, letters);
            List<Finding> findings = new ArrayList<>(List.of(
                    new NothingLost(transfers, acknowledgements::has, groups, letters).judge(),
                    new EffectOnce(transfers.events(), groups).judge(), new OrderPerEntity(audit).judge(), dead.judge(),
                    offsets.judge(), evidence.memory().judge()));
            if (plan.faults() > 0) {
                findings.add(evidence.recovery().judge());
            }
            long applied = IntStream.range(0, transfers.events()).filter(n -> proven.times(n) > 0).count();
            Summary summary = new Summary(plan.seed(), plan.events(), acknowledgements.count(), applied,
                    findings.get(0).violations(), findings.get(1).violations(), findings.get(2).violations(), letters.all().size(),
                    dead.falselyDead().size(), evidence.faults(), new Summary.Recovery(rounded(evidence.recovery().quantile(0.5)),
                    rounded(evidence.recovery().quantile(1))), rounded(evidence.seconds()), evidence.figures());
            return new Result(summary, findings, evidence.troubles(), report(summary, findings));
        }
    }

    private Path report(Summary summary, List<Finding> findings) throws IOException {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("seed", Long.toString(summary.seed()));
        figures.put("scenario", plan.scenario().key());
        figures.put("events, acknowledged, applied", String.format(Locale.ROOT, "%,d, %,d, %,d", summary.events(), summary.acknowledged(), summary.applied()));
        figures.put("dead letters, of events that nothing was wrong with", summary.deadLettered() + ", " + summary.falselyPoisoned());
        figures.put("faults", summary.faults().toString());
        figures.put("recovery in seconds, median and longest", summary.recoverySeconds().p50() + ", " + summary.recoverySeconds().max());
        figures.put("peak memory of a node in MiB", Long.toString(evidence.memory().peak() >> 20));
        evidence.figures().forEach((name, value) -> figures.put(name, value.toString()));
        figures.put("again", "./sluice prove --seed " + plan.seed() + " --events " + plan.events() + " --faults " + plan.faults()
                + " --scenario " + plan.scenario().key() + (plan.handler().equals(Plan.LEDGER) ? "" : " --handler " + plan.handler()));
        return new Report("Sluice under proof, " + summary.faults().values().stream().mapToInt(Integer::intValue).sum() + " faults", figures,
                findings, evidence.troubles(), evidence.timeline(), summary.seconds())
                .write(plan.folder().resolve("report-" + plan.scenario().key() + "-" + plan.seed() + ".html"));
    }

    private static double rounded(double seconds) {
        return Double.isFinite(seconds) ? Math.round(seconds * 10) / 10.0 : seconds;
    }
}
