package dev.sluice.testing.guarantee;

import dev.sluice.devstack.Postgres;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The ledger's entries, and the balances of its accounts. The entries say which events took effect; a second application
 * that left no entry would still show in the balances.
 */
public final class LedgerEffects implements Effects {

    private static final int ENTRIES_PER_TRANSFER = 2;

    private final Production production;
    private final int[] times;
    private final List<String> discrepancies = new ArrayList<>();
    private long accounts;

    private LedgerEffects(Production production) {
        this.production = production;
        this.times = new int[production.events()];
    }

    /** @param expected what each account must hold, by its name, after each event was applied so often */
    public static LedgerEffects read(Postgres postgres, Production production,
                                     Function<int[], Map<String, BigDecimal>> expected) throws SQLException {
        LedgerEffects effects = new LedgerEffects(production);
        try (Connection connection = postgres.connect()) {
            effects.readEntries(connection);
            effects.compare(expected.apply(effects.times.clone()), balances(connection));
        }
        return effects;
    }

    private void readEntries(Connection connection) throws SQLException {
        try (Statement statement = Rows.streaming(connection);
             ResultSet rows = statement.executeQuery("SELECT tx_id, count(*) FROM ledger GROUP BY tx_id")) {
            while (rows.next()) {
                String identity = rows.getString(1);
                int entries = rows.getInt(2);
                if (production.numberOf(identity).isEmpty() || entries % ENTRIES_PER_TRANSFER != 0) {
                    discrepancies.add("ledger holds " + entries + " entries of " + identity);
                } else {
                    times[production.numberOf(identity).getAsInt()] = entries / ENTRIES_PER_TRANSFER;
                }
            }
        }
    }

    private static Map<String, BigDecimal> balances(Connection connection) throws SQLException {
        Map<String, BigDecimal> balances = new HashMap<>();
        try (Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT id, balance FROM accounts")) {
            while (rows.next()) {
                balances.put(rows.getString(1), rows.getBigDecimal(2));
            }
        }
        return balances;
    }

    private void compare(Map<String, BigDecimal> expected, Map<String, BigDecimal> found) {
        accounts = found.size();
        expected.forEach((account, balance) -> {
            BigDecimal held = found.getOrDefault(account, BigDecimal.ZERO);
            if (held.compareTo(balance) != 0) {
                discrepancies.add("account " + account + " holds " + held + ", its entries make " + balance);
            }
        });
    }

    @Override
    public String group() {
        return "ledger";
    }

    @Override
    public int times(int n) {
        return times[n];
    }

    @Override
    public boolean refuses(int n) {
        return production.doomed(n);
    }

    @Override
    public List<String> discrepancies() {
        return List.copyOf(discrepancies);
    }

    long accounts() {
        return accounts;
    }
}
