package dev.sluice.testing.prove;

import dev.sluice.devstack.Stack;
import dev.sluice.testing.guarantee.AuditEffects;
import dev.sluice.testing.guarantee.DeadLettersComplete;
import dev.sluice.testing.guarantee.EffectOnce;
import dev.sluice.testing.guarantee.Effects;
import dev.sluice.testing.guarantee.Finding;
import dev.sluice.testing.guarantee.Guarantee;
import dev.sluice.testing.guarantee.LedgerEffects;
import dev.sluice.testing.guarantee.Letters;
import dev.sluice.testing.guarantee.NothingLost;
import dev.sluice.testing.guarantee.OrderPerEntity;
import dev.sluice.testing.guarantee.RecoveryTime;
import dev.sluice.testing.load.Acknowledgements;
import dev.sluice.testing.load.Transfers;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Compares what was published with what has come of it, when all is over. */
record Judgement(Plan plan, Stack stack, Transfers transfers, Acknowledgements acknowledgements) {

    Result judge(List<Guarantee> watched, RecoveryTime recovery, Map<String, Integer> faults, List<String> troubles, long began)
            throws SQLException {
        try (Letters letters = new Letters(stack.kafka().bootstrapServers(), Letters.DEAD)) {
            letters.catchUp();
            AuditEffects audit = AuditEffects.read(stack.postgres(), transfers);
            LedgerEffects ledger = LedgerEffects.read(stack.postgres(), transfers, this::balances);
            List<Effects> groups = List.of(ledger, audit);
            NothingLost nothingLost = new NothingLost(transfers, acknowledgements::has, groups, letters);
            DeadLettersComplete dead = new DeadLettersComplete(transfers, acknowledgements::has, groups, letters);
            List<Finding> findings = new ArrayList<>(List.of(nothingLost.judge(), new EffectOnce(transfers.events(), groups).judge(),
                    new OrderPerEntity(audit).judge(), dead.judge()));
            watched.stream().filter(guarantee -> plan.faults() > 0 || guarantee != recovery)
                    .forEach(guarantee -> findings.add(guarantee.judge()));
            long applied = IntStream.range(0, transfers.events()).filter(n -> ledger.times(n) > 0).count();
            return new Result(new Summary(plan.seed(), plan.events(), acknowledgements.count(), applied,
                    findings.get(0).violations(), findings.get(1).violations(), findings.get(2).violations(), letters.all().size(),
                    dead.falselyDead().size(), faults, new Summary.Recovery(recovery.quantile(0.5), recovery.quantile(1)),
                    Math.round((System.nanoTime() - began) / 1e8) / 10.0), findings, troubles);
        }
    }

    private Map<String, BigDecimal> balances(int[] times) {
        long[] cents = transfers.balances(times);
        Map<String, BigDecimal> balances = new HashMap<>();
        for (int account = 0; account < cents.length; account++) {
            balances.put(transfers.accountName(account), BigDecimal.valueOf(cents[account], 2));
        }
        return balances;
    }
}
